// What a client told its listeners, awaited event by event.

import { afterEach } from 'node:test';
import WebSocket from 'ws';
import { CarillonClient } from '../../../adapters/browser/client/dist/index.js';

const names = ['state', 'hello', 'notification', 'notification:read:ack', 'notification:sync', 'unread_count',
  'user:online', 'user:offline', 'presence:changed', 'bulk_progress', 'resume_failed', 'token_expiring', 'error'];

/** Errors after which a client is closed. */
const final = new Set(['too_many_connections', 'token_expired']);

const clients = new Set();

// A test that failed leaves its clients open, and they would keep its process from ending.
afterEach(() => {
  for (const client of clients) client.close();
  clients.clear();
});

/** A client with short waits, and what it tells. */
export function listen(url, token, options = {}) {
  const client = new CarillonClient({
    url, token, WebSocket, backoff: { base: 20, cap: 100 }, pollInterval: 100, timeout: 20_000, ...options,
  });
  clients.add(client);
  return new Heard(client);
}

export class Heard {
  constructor(client) {
    this.client = client;
    this.all = [];
    this.waiting = [];
    for (const name of names) client.on(name, (data) => {
      this.all.push({ name, data });
      this.waiting = this.waiting.filter((x) => !x());
    });
  }

  of(name) { return this.all.filter((x) => x.name === name).map((x) => x.data); }
  get ids() { return this.of('notification').map((x) => x.id); }
  get states() { return this.of('state').map((x) => x.state); }

  /**
   * Waits until `test` holds for what was heard so far. Fails where the client has stopped by
   * itself: it says nothing more then.
   */
  until(test) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const holds = test();
        if (holds) resolve(holds);
        else if (this.stopped) reject(this.stopped);
        return holds || this.stopped;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  /** Why the client stopped by itself. */
  get stopped() {
    const last = this.of('error').at(-1);
    return this.client.state === 'closed' && final.has(last?.code) ? last : undefined;
  }

  /** Waits for so many of one event and returns them. */
  count(name, n) { return this.until(() => this.of(name).length >= n && this.of(name)); }

  /** Waits for the event's next, from now on, that `test` holds for. */
  next(name, test = () => true) {
    const before = this.all.length;
    return this.until(() => this.all.slice(before).find((x) => x.name === name && test(x.data))?.data);
  }

  /** Waits until the client is in this state. */
  state(state) { return this.until(() => this.client.state === state); }
}
