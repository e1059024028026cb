// A Gotify server with one application.

import { Provider, isJson, parsed } from './provider.mjs';

const refused = (errorCode, errorDescription) => ({ status: errorCode, body: { error: 'refused', errorCode, errorDescription } });

export class Gotify extends Provider {
  token = 'AbCdEf';

  asks = ({ text }) => text === '{}';

  refuse(call) {
    if (call.path !== '/message' || call.method !== 'POST') return refused(404, 'page not found');
    if (call.headers['x-gotify-key'] !== this.token) return refused(401, 'you need to provide a valid access token or user credentials to access this api');
    const body = parsed(call.text);
    if (!isJson(call) || !body) return refused(400, 'invalid body');
    if (!body.message) return refused(400, "Field 'message' is required");
    return Number.isInteger(body.priority ?? 0) ? undefined : refused(400, 'invalid priority');
  }

  accept() { return { body: { id: 25, appid: 5, message: 'x', title: 't', priority: 5, date: new Date().toISOString() } }; }

  /** What a recipient reads of a call. */
  static words({ text }) { return parsed(text).message; }
}
