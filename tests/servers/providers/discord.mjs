// A Discord webhook.

import { Provider, isJson, parsed } from './provider.mjs';

const refused = (status, code, message) => ({ status, body: { code, message } });

export class Discord extends Provider {
  path = '/api/webhooks/1234567890/a-token';

  get webhook() { return `https://discord.com${this.path}`; }

  asks = ({ method }) => method === 'GET';

  refuse(call) {
    if (call.path !== this.path) return refused(404, 10015, 'Unknown Webhook');
    if (call.method === 'GET') return undefined;
    const body = parsed(call.text);
    if (call.method !== 'POST' || !isJson(call) || !body) return refused(400, 50035, 'Invalid Form Body');
    if (!body.content) return refused(400, 50006, 'Cannot send an empty message');
    if (body.content.length > 2000) return refused(400, 50035, 'Invalid Form Body');
    // Not the provider's rule but its advice: without it anybody's text may call everybody.
    return JSON.stringify(body.allowed_mentions) === '{"parse":[]}' ? undefined : refused(400, 50035, 'Invalid Form Body');
  }

  accept(call) {
    if (this.asks(call)) return { body: { id: '1234567890', type: 1 } };
    return new URLSearchParams(call.query).get('wait') === 'true' ? { body: { id: '987', content: '' } } : { status: 204 };
  }

  /** What a recipient reads of a call. */
  static words({ text }) { return parsed(text).content; }
}
