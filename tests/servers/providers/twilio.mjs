// Twilio's Messages resource: HTTP Basic, a form, and its numbered errors.

import { Provider, members, same } from './provider.mjs';

export const refused = (status, code) => ({ status, body: { code, message: `error ${code}`, more_info: `https://www.twilio.com/docs/errors/${code}`, status } });

export class Twilio extends Provider {
  sid = 'AC0123456789abcdef0123456789abcdef';
  token = '0123456789abcdef0123456789abcdef';
  from = '+15017122661';

  asks = ({ method }) => method === 'GET';

  refuse({ method, path, headers, text }) {
    const account = `/2010-04-01/Accounts/${this.sid}`;
    const basic = `Basic ${Buffer.from(`${this.sid}:${this.token}`).toString('base64')}`;
    if (!same(headers.authorization ?? '', basic)) return refused(401, 20003);
    if (method === 'GET' && path === `${account}.json`) return undefined;
    if (method !== 'POST' || path !== `${account}/Messages.json`) return refused(404, 20404);
    if (headers['content-type'] !== 'application/x-www-form-urlencoded') return refused(400, 21604);
    const { To = '', From, Body = '' } = members(text);
    if (!/^\+[1-9]\d{6,14}$/.test(To)) return refused(400, 21211);
    if (From !== this.from) return refused(400, 21606);
    if (Body === '') return refused(400, 21602);
    return Body.length > 1600 ? refused(400, 21617) : undefined;
  }

  accept(call) {
    if (this.asks(call)) return { body: { sid: this.sid, status: 'active' } };
    return { status: 201, body: { sid: 'SM0123456789abcdef0123456789abcdef', status: 'queued', error_code: null } };
  }

  /** What a recipient reads of a call. */
  static words({ text }) { return members(text).Body; }
}
