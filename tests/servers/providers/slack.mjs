// Slack: an incoming webhook, which answers with one word of plain text, and the Web API.

import { Provider, isJson, parsed, same } from './provider.mjs';

const word = (status, body) => ({ status, body });
const failed = (error) => ({ body: { ok: false, error } });

/** True where nothing but entities and mentions uses the three characters that Slack reads. */
const isEscaped = (text) => !/[<>&]/.test(text.replace(/&(amp|lt|gt);/g, '').replace(/<(@[UW]\w+|!channel|!here)>/g, ''));

export class Slack extends Provider {
  path = '/services/T00000000/B00000000/XXXXXXXXXXXX';
  token = 'xoxb-test-token';
  conversation = /^[CU]\d+$/;

  get webhook() { return this.url + this.path; }

  asks = ({ path }) => path === '/api/auth.test';

  refuse(call) {
    return call.path.startsWith('/api/') ? this.#api(call) : this.#hook(call);
  }

  #hook(call) {
    if (call.path !== this.path) return word(404, 'no_service');
    const body = parsed(call.text);
    if (call.method !== 'POST' || !isJson(call) || !body) return word(400, 'invalid_payload');
    if (!body.text) return word(400, 'no_text');
    return isEscaped(body.text) && body.text.length <= 40_000 ? undefined : word(400, 'invalid_payload');
  }

  #api(call) {
    if (!call.headers.authorization) return failed('not_authed');
    if (!same(call.headers.authorization, `Bearer ${this.token}`)) return failed('invalid_auth');
    if (this.asks(call)) return undefined;
    if (call.path !== '/api/chat.postMessage') return failed('unknown_method');
    const body = parsed(call.text);
    if (!isJson(call) || !body) return failed('invalid_json');
    if (!this.conversation.test(body.channel ?? '')) return failed('channel_not_found');
    if (!body.text) return failed('no_text');
    if (!isEscaped(body.text)) return failed('invalid_arguments');
    return body.text.length > 40_000 ? failed('msg_too_long') : undefined;
  }

  accept(call) {
    if (this.asks(call)) return { body: { ok: true, team: 'T', user: 'bot' } };
    return call.path.startsWith('/api/') ? { body: { ok: true, channel: parsed(call.text).channel, ts: '1503435956.000247' } } : word(200, 'ok');
  }

  /** What a recipient reads of a call. */
  static words({ text }) {
    return parsed(text).text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  }
}
