import { spread } from './backoff.js';
import { asError, type CarillonError } from './errors.js';
import type { Inbox } from './inbox.js';
import type { Intake } from './intake.js';
import type { Sequence } from './sequence.js';

export interface PollerParts {
  readonly inbox: Inbox;
  readonly intake: Intake;
  readonly sequence: Sequence;
  readonly interval: number;
  readonly onCount: (unread: number) => void;
  readonly onError: (error: CarillonError) => void;
}

/** Looks for unread notifications while there is no socket. */
export class Poller {
  readonly #parts: PollerParts;

  constructor(parts: PollerParts) {
    this.#parts = parts;
  }

  /** Looks once; the milliseconds to wait before the next time. */
  async poll(signal: AbortSignal): Promise<number> {
    const { interval, onError } = this.#parts;
    const pause = spread(interval);
    try {
      await this.#look(signal);
      return pause;
    } catch (failure) {
      const error = asError(failure, 'network');
      if (!signal.aborted) onError(error);
      return Math.max(pause, error.retryAfter ?? 0);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { inbox, intake, sequence, onCount } = this.#parts;
    if (sequence.last === undefined) {
      // As with a socket, what was there before the client came is not news.
      sequence.pass(await inbox.newest(signal));
    } else {
      const { rows } = await inbox.newer((row) => sequence.isPast(row.seq), signal, {
        unread: true,
      });
      intake.listed(rows);
    }
    const unread = await inbox.unreadCount(signal);
    if (!signal.aborted) onCount(unread);
  }
}
