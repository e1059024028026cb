// A bare TCP socket, for what no client library would send.

import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';

export class Raw {
  static connect(port) {
    const raw = new Raw();
    raw.received = Buffer.alloc(0);
    raw.waiting = [];
    raw.socket = net.connect(port, '127.0.0.1');
    raw.socket.on('data', (x) => { raw.received = Buffer.concat([raw.received, x]); raw.#wake(); });
    raw.socket.on('error', () => {});
    raw.ended = new Promise((resolve) => raw.socket.on('close', () => { raw.over = true; raw.#wake(); resolve(raw.received); }));
    return new Promise((resolve) => raw.socket.on('connect', () => resolve(raw)));
  }

  #wake() { this.waiting = this.waiting.filter((x) => !x()); }

  send(bytes) { this.socket.write(bytes); return this; }

  /** Waits until `read(received)` is not undefined and returns it; null at the end of the stream. */
  until(read) {
    return new Promise((resolve) => {
      const look = () => {
        const found = read(this.received) ?? (this.over ? null : undefined);
        if (found !== undefined) resolve(found);
        return found !== undefined;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  /** The next whole answer: its status, headers in lower case, body. Null at the end of the stream. */
  async answer() {
    const found = await this.until((all) => {
      const end = all.indexOf('\r\n\r\n');
      if (end < 0) return undefined;
      const [first, ...lines] = all.subarray(0, end).toString('latin1').split('\r\n');
      const headers = Object.fromEntries(lines.map((x) => [x.slice(0, x.indexOf(':')).toLowerCase(), x.slice(x.indexOf(':') + 1).trim()]));
      const size = Number(headers['content-length'] ?? 0);
      if (all.length < end + 4 + size) return undefined;
      return { status: Number(first.split(' ')[1]), headers, body: all.subarray(end + 4, end + 4 + size).toString('utf8'), whole: end + 4 + size };
    });
    if (found) this.received = this.received.subarray(found.whole);
    return found;
  }

  /** A WebSocket handshake by hand; true if it was accepted as RFC 6455 says. */
  async upgrade(token, headers = '') {
    const key = randomBytes(16).toString('base64');
    this.send(`GET /api/v1/ws?token=${token} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${headers}\r\n`);
    const answer = await this.answer();
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    return answer?.status === 101 && answer.headers['sec-websocket-accept'] === accept;
  }

  /** The code of the close frame that ends the stream; null if it ended without one. */
  async closeCode() {
    return this.until((all) => {
      for (let at = 0; at + 2 <= all.length;) {
        const length = all[at + 1] & 127;
        const head = length === 126 ? 4 : length === 127 ? 10 : 2;
        const size = length === 126 ? all.readUInt16BE(at + 2) : length === 127 ? Number(all.readBigUInt64BE(at + 2)) : length;
        if (at + head + size > all.length) return undefined;
        if ((all[at] & 15) === 8) return size >= 2 ? all.readUInt16BE(at + head) : 1005;
        at += head + size;
      }
      return undefined;
    });
  }

  destroy() { this.socket.destroy(); }
}

/** A client frame; masked unless told otherwise. */
export function frame(opcode, payload = '', { fin = true, masked = true, rsv = 0, length } = {}) {
  const body = Buffer.from(payload);
  const size = length ?? body.length;
  const head = [(fin ? 128 : 0) | (rsv << 4) | opcode];
  const bit = masked ? 128 : 0;
  if (size < 126) head.push(bit | size);
  else if (size < 65_536) head.push(bit | 126, size >> 8, size & 255);
  else head.push(bit | 127, 0, 0, 0, 0, (size >>> 24) & 255, (size >> 16) & 255, (size >> 8) & 255, size & 255);
  if (!masked) return Buffer.concat([Buffer.from(head), body]);
  const mask = randomBytes(4);
  return Buffer.concat([Buffer.from(head), mask, body.map((x, i) => x ^ mask[i & 3])]);
}
