import type { Api } from './api.js';
import type { Notification } from './events.js';

const pageSize = 100;

/** So many notifications are listed at most; the oldest are left out. */
const mostListed = 50 * pageSize;

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

  /** Everything newer than the first notification that is `known`, or only what is unread of it. */
  async newer(
    known: (row: Notification) => boolean,
    signal: AbortSignal,
    { unread = false } = {},
  ): Promise<Listing> {
    const rows: Notification[] = [];
    let cursor: number | null | undefined;
    while (rows.length < mostListed) {
      const page = await this.#list(
        { ...(unread ? { is_read: 'false' } : {}), limit: pageSize, ...(cursor ? { cursor } : {}) },
        signal,
      );
      const end = page.findIndex(known);
      rows.push(...(end < 0 ? page : page.slice(0, end)));
      cursor = page.at(-1)?.seq;
      if (end >= 0 || page.length < pageSize || cursor == null)
        return { rows: rows.reverse(), truncated: false };
    }
    return { rows: rows.reverse(), truncated: true };
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
