// What all stand-ins of providers have in common: a server on loopback that holds every request to
// the provider's rules, says no as the provider does, and keeps what came.

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { Arrivals } from '../../system/harness/arrivals.mjs';

export const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
export const sha256 = (text) => createHash('sha256').update(text).digest('hex');
export const hmac = (key, text, encoding) => createHmac('sha256', key).update(text).digest(encoding);

/** JSON, or nothing for anything else. */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Query and form parameters as an object. */
export const members = (text) => Object.fromEntries(new URLSearchParams(text));

/** True for a request whose body is said to be JSON in UTF-8. */
export const isJson = ({ headers }) => /^application\/json(; ?charset=utf-8)?$/i.test(headers['content-type'] ?? '');

export class Provider extends Arrivals {
  /** Answers given, one after the other, in place of an acceptance. What breaks a rule gets its own. */
  script = [];

  static async start(options = {}) {
    const provider = Object.assign(new this(), options);
    provider.server = http.createServer((request, response) => {
      const chunks = [];
      request.on('data', (x) => chunks.push(x));
      request.on('end', () => provider.#answer(request, Buffer.concat(chunks), response));
    });
    await new Promise((resolve) => provider.server.listen(0, '127.0.0.1', resolve));
    provider.url = `http://127.0.0.1:${provider.server.address().port}`;
    return provider;
  }

  /** `refuse(call)` gives the answer to a request that breaks a rule, `accept(call)` to any other. */
  #answer(request, bytes, response) {
    const { pathname: path, search } = new URL(request.url, this.url);
    const call = { method: request.method, path, query: search.slice(1), headers: request.headers, bytes, text: bytes.toString('utf8'), at: Date.now() };
    const refusal = this.refuse(call);
    const { status = 200, headers = {}, body = '' } = refusal ?? this.#scripted(call) ?? this.accept(call);
    const json = typeof body !== 'string';
    response.writeHead(status, { 'content-type': json ? 'application/json' : 'text/plain', ...headers });
    response.end(json ? JSON.stringify(body) : body);
    this.keep({ ...call, status, refused: refusal !== undefined });
  }

  /** Questions are never answered with what was meant for a message. */
  #scripted(call) {
    return this.asks?.(call) ? undefined : this.script.shift();
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
