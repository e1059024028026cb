// Stands between a client and the engine: lets through, or turns away, what the test says.

import http from 'node:http';
import net from 'node:net';
import { Arrivals } from '../../system/harness/arrivals.mjs';

const bare = { 'content-length': '0', connection: 'close' };

/** Requests are kept as `{method, path, headers, at, upgrade}`. */
export class Gate extends Arrivals {
  /** `pages(path)` gives what the gate itself serves, as `{type, body}`; all else is the engine's. */
  static async open(engine, { pages = () => undefined } = {}) {
    const gate = new Gate();
    Object.assign(gate, { engine, pages, refusing: false, live: new Set(), answers: [] });
    gate.server = http.createServer((request, response) => gate.#request(request, response));
    gate.server.on('upgrade', (request, socket, head) => gate.#upgrade(request, socket, head));
    await new Promise((resolve) => gate.server.listen(0, '127.0.0.1', resolve));
    gate.url = `http://127.0.0.1:${gate.server.address().port}`;
    return gate;
  }

  /** Refuses upgrades from now on and cuts those that were let through. */
  refuse() {
    this.refusing = true;
    for (const socket of this.live) socket.destroy();
  }

  admit() { this.refusing = false; }

  /** The next request that `test` holds for is answered here, with `{status, headers, body}`. */
  answerOnce(test, answer) { this.answers.push({ test, answer }); }

  /** The next request that `test` holds for is never answered. */
  holdOnce(test) { this.answers.push({ test }); }

  close() {
    for (const socket of this.live) socket.destroy();
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  #keep(request) {
    const { method, url: path, headers } = request;
    return this.keep({ method, path, headers, at: performance.now(), upgrade: 'upgrade' in headers });
  }

  #request(request, response) {
    const entry = this.#keep(request);
    const page = this.pages(request.url);
    if (page) return response.writeHead(200, { 'content-type': page.type }).end(page.body);
    const mine = this.answers.find((x) => x.test(entry));
    if (mine) {
      this.answers.splice(this.answers.indexOf(mine), 1);
      if (!mine.answer) return undefined;
      return response.writeHead(mine.answer.status, { ...bare, ...mine.answer.headers }).end();
    }
    const { method, url: path, headers } = request;
    const onward = http.request({ host: '127.0.0.1', port: this.engine.port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    return request.pipe(onward);
  }

  #upgrade(request, socket, head) {
    this.#keep(request);
    socket.on('error', () => {});
    if (this.refusing) return socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    const onward = net.connect(this.engine.port, '127.0.0.1');
    this.live.add(socket);
    onward.on('error', () => {});
    onward.on('close', () => socket.destroy());
    socket.on('close', () => { onward.destroy(); this.live.delete(socket); });
    const lines = [`${request.method} ${request.url} HTTP/1.1`];
    for (let i = 0; i < request.rawHeaders.length; i += 2) lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
    onward.write(`${lines.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    onward.pipe(socket);
    return socket.pipe(onward);
  }
}
