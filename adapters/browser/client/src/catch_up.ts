import { backoff, type BackoffOptions } from './backoff.js';
import { asError } from './errors.js';
import type { ResumeFailed } from './events.js';
import type { Feed } from './feed.js';
import { wait } from './wait.js';

export interface CatchUpParts extends Feed {
  readonly backoff: BackoffOptions;
  readonly onResult: (result: ResumeFailed) => void;
}

/** How the connection began. */
export interface Start {
  /** The `seq` behind which it began. */
  readonly head: number;
  /** What was asked for lay above it: those numbers were given by another store. */
  readonly renumbered: boolean;
}

/**
 * Lists what the engine could not replay and lets it through before what comes live. Tries until
 * it has worked or the connection ends; the next connection then asks for the same again.
 */
export async function catchUp(
  parts: CatchUpParts,
  oldest_seq: number,
  { head, renumbered }: Start,
  signal: AbortSignal,
): Promise<void> {
  const { inbox, intake, sequence } = parts;
  intake.hold();
  for (let failures = 0; !signal.aborted; ++failures) {
    try {
      const { rows, truncated } = await inbox.newer(
        (row) => (renumbered ? sequence.knows(row.id) : sequence.isPast(row.seq)),
        signal,
      );
      if (signal.aborted) return;
      if (renumbered) sequence.restart();
      parts.onResult({
        oldest_seq,
        listed: rows.filter((row) => !row.suppressed).length,
        truncated,
      });
      intake.listed(rows);
      if (signal.aborted) return;
      sequence.pass(Math.max(head, oldest_seq - 1));
      intake.release();
      return;
    } catch (failure) {
      if (signal.aborted) return;
      const error = asError(failure, 'network');
      parts.onError(error);
      await wait(Math.max(backoff(failures, parts.backoff), error.retryAfter ?? 0), signal);
    }
  }
}
