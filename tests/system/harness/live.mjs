// A WebSocket client whose frames are held to openapi.json and awaited one by one.

import WebSocket from 'ws';
import { checkFrame } from './contract.mjs';

export class Live {
  /** Opens a socket and waits for the upgrade. */
  static open(engine, token, { since, protocol, options = {} } = {}) {
    const query = new URLSearchParams({ token, ...(since === undefined ? {} : { since }) });
    const live = new Live();
    live.frames = [];
    live.waiting = [];
    live.socket = new WebSocket(`${engine.live}?${query}`, protocol ? [protocol] : [], options);
    live.socket.on('message', (data, binary) => live.#arrived(binary ? data : data.toString('utf8')));
    live.closed = new Promise((resolve) => live.socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
      live.over ??= new Error(`closed with ${code} ${reason}`);
      live.waiting.splice(0).forEach((x) => x.reject(live.over));
    }));
    return new Promise((resolve, reject) => {
      live.socket.on('upgrade', (answer) => { live.upgrade = answer.headers; });
      live.socket.on('open', () => resolve(live));
      live.socket.on('unexpected-response', (_, answer) => {
        const chunks = [];
        answer.on('data', (x) => chunks.push(x));
        answer.on('end', () => reject(Object.assign(new Error(`refused with ${answer.statusCode}`), {
          status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString('utf8'),
        })));
      });
      live.socket.on('error', reject);
    });
  }

  #arrived(frame) {
    try {
      checkFrame(JSON.parse(frame));
    } catch (fault) {
      this.over = fault;
      this.waiting.splice(0).forEach((x) => x.reject(fault));
      return;
    }
    const first = this.waiting.shift();
    if (first) first.resolve(frame);
    else this.frames.push(frame);
  }

  /** The next frame's text. */
  text() {
    if (this.frames.length > 0) return Promise.resolve(this.frames.shift());
    if (this.over) return Promise.reject(this.over);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** The next frame, parsed. */
  async next() { return JSON.parse(await this.text()); }

  /** The next frame of this event in carillon.v1; those before it are passed over. */
  async event(name) {
    for (;;) {
      const frame = await this.next();
      if (frame.event === name) return frame.data;
    }
  }

  send(message) { this.socket.send(typeof message === 'string' ? message : JSON.stringify(message)); }

  /** A ping's pong: everything sent to this client before it has arrived then. */
  settled() {
    return new Promise((resolve, reject) => {
      this.socket.once('pong', () => (this.over ? reject(this.over) : resolve()));
      this.closed.then(() => reject(this.over));
      this.socket.ping();
    });
  }

  close() {
    this.socket.close();
    return this.closed;
  }
}
