import type { Notification } from './events.js';
import type { Sequence } from './sequence.js';

/** Live notifications that may wait while what came before them is being listed. */
const mostHeld = 1000;

/** The way from the engine to the listeners: every notification once, in the order of `seq`. */
export class Intake {
  readonly #sequence: Sequence;
  readonly #deliver: (notification: Notification) => void;
  readonly #closed: AbortSignal;
  #held: Notification[] | undefined;

  constructor(
    sequence: Sequence,
    deliver: (notification: Notification) => void,
    closed: AbortSignal,
  ) {
    this.#sequence = sequence;
    this.#deliver = deliver;
    this.#closed = closed;
  }

  /** Takes one from the socket; false if too many are held back already. */
  live(notification: Notification): boolean {
    if (this.#held === undefined) this.#pass(notification);
    else if (this.#held.push(notification) > mostHeld) return false;
    return true;
  }

  /** Takes a listing, oldest first. Suppressed ones are in lists, and are not told here either. */
  listed(rows: readonly Notification[]): void {
    for (const row of rows) {
      // A listener may have closed the client: what it did not get is resumed later.
      if (this.#closed.aborted) return;
      if (!row.suppressed) this.#pass(row);
      else if (row.seq !== null) this.#sequence.pass(row.seq);
    }
  }

  /** True while live ones are kept back. */
  get holds(): boolean {
    return this.#held !== undefined;
  }

  /** Keeps live ones back until `release` or `drop`. */
  hold(): void {
    this.#held = [];
  }

  release(): void {
    this.listed(this.#held ?? []);
    this.#held = undefined;
  }

  /** Forgets what is held: its connection ended, and the next one brings it again. */
  drop(): void {
    this.#held = undefined;
  }

  #pass(notification: Notification): void {
    if (this.#sequence.admit(notification)) this.#deliver(notification);
  }
}
