import { spread } from './backoff.js';
import { asError } from './errors.js';
import type { Feed } from './feed.js';
import type { Marks } from './marks.js';

export interface PollerParts extends Feed {
  readonly marks: Marks;
  readonly interval: number;
  readonly onCount: (unread: number) => void;
}

/** Looks for unread notifications, and for marks, while there is no socket. */
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
    const { inbox, intake, sequence, marks, onCount } = this.#parts;
    if (sequence.last === undefined) {
      // As with a socket, what was there before the client came is not news.
      sequence.pass(await inbox.newest(signal));
    } else {
      const isKnown = (row: { readonly seq: number | null }): boolean => sequence.isPast(row.seq);
      const unread = await marks.look(signal);
      if (unread.rows.some((row) => !isKnown(row))) {
        // Below what is unread there may be what another device read meanwhile.
        const { rows } = await inbox.newer(isKnown, signal);
        intake.listed(rows);
      }
    }
    const unread = await inbox.unreadCount(signal);
    if (!signal.aborted) onCount(unread);
  }
}
