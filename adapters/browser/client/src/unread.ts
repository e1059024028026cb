import type { Notification } from './events.js';

/** So many notifications are watched; the oldest are forgotten first. */
const most = 100;

/** What was told as unread, until somebody is known to have read or deleted it. */
export class Unread {
  readonly #seqs = new Map<string, number>();

  /** A notification was told to the listeners. */
  told({ id, is_read, seq }: Notification): void {
    if (is_read || seq === null) return;
    this.#seqs.set(id, seq);
    if (this.#seqs.size > most) this.#seqs.delete(this.#seqs.keys().next().value as string);
  }

  /** These are read or gone; without ids, all of them. */
  marked(ids?: readonly string[]): void {
    if (ids === undefined) this.#seqs.clear();
    else for (const id of ids) this.#seqs.delete(id);
  }

  /** The ids watched now. */
  get ids(): readonly string[] {
    return [...this.#seqs.keys()];
  }

  /** The `seq` of one that is still watched. */
  seqOf(id: string): number | undefined {
    return this.#seqs.get(id);
  }
}
