// The official Socket.IO client, whose events are awaited one by one; and Engine.IO by hand.

import { io } from 'socket.io-client';

export class SocketIo {
  /**
   * Begins to connect.
   * @param options of `io()`; each client has a manager of its own and does not come back by itself
   */
  constructor(engine, options = {}) {
    this.events = [];
    this.waiting = [];
    this.socket = io(engine.url, {
      forceNew: true, reconnection: false, reconnectionDelay: 50, reconnectionDelayMax: 200,
      rejectUnauthorized: false, ...options,
    });
    this.socket.onAny((name, ...args) => this.#arrived({ name, args }));
    this.disconnected = new Promise((resolve) => this.socket.once('disconnect', resolve));
  }

  /** Connects and waits until it is. */
  static async open(engine, token, options = {}) {
    const client = new SocketIo(engine, { auth: { token }, ...options });
    await client.connected();
    return client;
  }

  connected() {
    if (this.socket.connected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
    });
  }

  /** Why it may not connect. */
  refused() {
    return new Promise((resolve, reject) => {
      this.socket.once('connect_error', resolve);
      this.socket.once('connect', () => reject(new Error('connected')));
    });
  }

  #arrived(event) {
    const first = this.waiting.shift();
    if (first) first(event);
    else this.events.push(event);
  }

  next() {
    if (this.events.length > 0) return Promise.resolve(this.events.shift());
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** The data of the next event of this name; those before it are passed over. */
  async event(name) {
    for (;;) {
      const event = await this.next();
      if (event.name === name) return event.args[0];
    }
  }

  /** Emits and waits for the answer. */
  ask(...args) { return new Promise((resolve) => this.socket.emit(...args, resolve)); }

  get transport() { return this.socket.io.engine.transport.name; }

  close() { this.socket.disconnect(); }
}

const separator = '\x1e';

/** One Engine.IO session over polling, request by request. */
export class Polling {
  constructor(engine, query = {}) {
    this.address = (more) => `${engine.url}/socket.io/?${new URLSearchParams({ EIO: 4, transport: 'polling', ...query, ...more })}`;
  }

  /** The session after its handshake. */
  static async open(engine, query) {
    const session = new Polling(engine, query);
    const { status, packets } = await session.get();
    if (status !== 200) throw new Error(`refused with ${status}`);
    session.handshake = JSON.parse(packets[0].slice(1));
    session.sid = session.handshake.sid;
    return session;
  }

  async #request(method, body) {
    const answer = await fetch(this.address(this.sid ? { sid: this.sid } : {}), { method, body });
    const text = await answer.text();
    return { status: answer.status, text, packets: text.split(separator) };
  }

  get() { return this.#request('GET'); }
  post(...packets) { return this.#request('POST', packets.join(separator)); }

  /** Enters the default namespace; the packets that came with its answer. */
  async connect(auth) {
    await this.post(`40${JSON.stringify(auth)}`);
    return (await this.get()).packets;
  }
}
