import type { Api } from './api.js';
import type { Notification } from './events.js';

const pageSize = 100;

/** So many notifications are listed at most; the oldest are left out. */
const mostListed = 50 * pageSize;

/** The newest notifications that a question was for. */
export interface Page {
  /** Newest first. */
  readonly rows: readonly Notification[];
  /** There are no older ones. */
  readonly last: boolean;
}

export interface Listing {
  /** Oldest first. */
  readonly rows: readonly Notification[];
  /** There were more than could be listed. */
  readonly truncated: boolean;
}

/** The user's inbox over HTTP. */
export class Inbox {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Everything newer than the first notification that is `known`. */
  async newer(known: (row: Notification) => boolean, signal: AbortSignal): Promise<Listing> {
    const rows: Notification[] = [];
    let cursor: number | null | undefined;
    while (rows.length < mostListed) {
      const page = await this.page(signal, cursor ? { cursor } : {});
      const end = page.rows.findIndex(known);
      rows.push(...(end < 0 ? page.rows : page.rows.slice(0, end)));
      cursor = page.rows.at(-1)?.seq;
      if (end >= 0 || page.last || cursor == null)
        return { rows: rows.reverse(), truncated: false };
    }
    return { rows: rows.reverse(), truncated: true };
  }

  /** The first page of what is asked for. */
  async page(
    signal: AbortSignal,
    query: Readonly<Record<string, string | number>> = {},
  ): Promise<Page> {
    const rows = await this.#list({ ...query, limit: pageSize }, signal);
    return { rows, last: rows.length < pageSize };
  }

  /** The highest `seq` there is for this user; 0 in an empty inbox. */
  async newest(signal: AbortSignal): Promise<number> {
    const [row] = await this.#list({ limit: 1 }, signal);
    return row?.seq ?? 0;
  }

  async unreadCount(signal: AbortSignal): Promise<number> {
    const answer = (await this.#api.request(
      'GET',
      'api/v1/notifications/unread-count',
      signal,
    )) as { readonly unread_count: number };
    return answer.unread_count;
  }

  async read(id: string, signal: AbortSignal): Promise<void> {
    await this.#api.request('PUT', `api/v1/notifications/${encodeURIComponent(id)}/read`, signal);
  }

  async readAll(signal: AbortSignal): Promise<void> {
    await this.#api.request('PUT', 'api/v1/notifications/read-all', signal);
  }

  async #list(
    query: Readonly<Record<string, string | number>>,
    signal: AbortSignal,
  ): Promise<readonly Notification[]> {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)]),
    );
    return (await this.#api.request(
      'GET',
      `api/v1/notifications?${search}`,
      signal,
    )) as readonly Notification[];
  }
}
