import type { Notification, Sync } from './events.js';
import type { Inbox, Page } from './inbox.js';
import type { Unread } from './unread.js';

/**
 * Finds what other devices read or deleted while there was no socket to tell it: notifications told
 * as unread that the unread list has no more.
 */
export class Marks {
  readonly #inbox: Inbox;
  readonly #unread: Unread;
  readonly #onSync: (sync: Sync) => void;

  constructor(inbox: Inbox, unread: Unread, onSync: (sync: Sync) => void) {
    this.#inbox = inbox;
    this.#unread = unread;
    this.#onSync = onSync;
  }

  /** Asks for the unread list; tells what is marked and returns the list's first page. */
  async look(signal: AbortSignal): Promise<Page> {
    // What is told while the answer is on its way cannot be in it.
    const watched = this.#unread.ids;
    const unread = await this.#inbox.page(signal, { is_read: 'false' });
    const gone = watched.filter((id) => this.#isMissing(id, unread));
    if (gone.length > 0 && !signal.aborted) await this.#tell(gone, signal);
    return unread;
  }

  async #tell(gone: readonly string[], signal: AbortSignal): Promise<void> {
    const all = await this.#inbox.page(signal);
    if (signal.aborted) return;
    const rows = new Map(all.rows.map((row): [string, Notification] => [row.id, row]));
    const read = gone.filter((id) => rows.get(id)?.is_read);
    const deleted = gone.filter((id) => !rows.has(id) && this.#isMissing(id, all));
    // Too old to tell which of the two, and too old to matter.
    const old = gone.filter((id) => !rows.has(id) && !deleted.includes(id));
    this.#unread.marked([...read, ...deleted, ...old]);
    if (read.length > 0) this.#onSync({ ids: read, is_read: true });
    if (deleted.length > 0) this.#onSync({ ids: deleted, deleted: true });
  }

  /** True for one that is watched, that the page reaches down to and that is not in it. */
  #isMissing(id: string, { rows, last }: Page): boolean {
    const seq = this.#unread.seqOf(id);
    const oldest = rows.at(-1)?.seq ?? 0;
    return seq !== undefined && (last || seq >= oldest) && !rows.some((row) => row.id === id);
  }
}
