// An ntfy server with one topic that asks for a token.

import { Provider, parsed } from './provider.mjs';

export const refused = (code, http = Math.trunc(code / 100), headers = {}) => ({ status: http, headers, body: { code, http, error: `error ${code}`, link: 'https://ntfy.sh/docs/publish/' } });

export class Ntfy extends Provider {
  topic = 'ops';
  token = 'tk_test';

  asks = ({ method }) => method === 'GET';

  refuse({ method, path, headers, text }) {
    if (headers.authorization && headers.authorization !== `Bearer ${this.token}`) return refused(40101);
    if (method === 'GET') return path === '/v1/account' || path === '/v1/health' ? undefined : refused(40401);
    if (method !== 'POST' || path !== '/') return refused(40401);
    const body = parsed(text);
    if (!body) return refused(40024);
    if (!/^[-_A-Za-z0-9]{1,64}$/.test(body.topic ?? '')) return refused(40009);
    if (!headers.authorization || body.topic !== this.topic) return refused(40301);
    if (![1, 2, 3, 4, 5].includes(body.priority ?? 3)) return refused(40007);
    // The server takes it and makes it a file; whoever reads it loses the text.
    return Buffer.byteLength(body.message ?? '') > 4096 ? refused(41301) : undefined;
  }

  accept(call) {
    if (this.asks(call)) return { body: call.path === '/v1/health' ? { healthy: true } : { username: 'phil', role: 'user' } };
    return { body: { id: 'hwQ2YpKdmg', time: Math.trunc(call.at / 1000), event: 'message', topic: this.topic, message: 'x' } };
  }

  /** What a recipient reads of a call. */
  static words({ text }) { return parsed(text).message; }
}
