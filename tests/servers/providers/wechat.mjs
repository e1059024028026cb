// WeChat (微信): the template messages of a service account and the subscribe messages of a mini-program.

import { Provider, parsed } from './provider.mjs';

const says = (errcode, errmsg) => ({ body: { errcode, errmsg } });

/** How many characters a value of each kind of key may have. */
const limits = { thing: 20, number: 32, letter: 32, symbol: 5, character_string: 32, phrase: 5, name: 20, phone_number: 17, car_number: 8 };
const paths = { '/cgi-bin/message/template/send': 'template', '/cgi-bin/message/subscribe/send': 'subscribe' };

export class Wechat extends Provider {
  id = 'wx0123456789abcdef';
  secret = '0123456789abcdef0123456789abcdef';
  followers = new Set(['oOPENID']);
  /** Templates by id: their keys. */
  templates = new Map([['TPL', ['thing1', 'time2']]]);
  issued = 0;
  taken = [];
  #sent = new Set();

  get token() { return `${this.issued}_TOKEN`; }

  /** The token that is out is no longer good. */
  revoke() { this.revoked = this.token; }

  asks = ({ path }) => path === '/cgi-bin/stable_token';

  refuse(call) {
    const body = parsed(call.text);
    if (call.method !== 'POST' || !body) return says(47001, 'data format error rid: x');
    if (this.asks(call)) {
      if (body.grant_type !== 'client_credential') return says(40002, 'invalid grant_type');
      if (body.appid !== this.id) return says(40013, 'invalid appid rid: x');
      return body.secret === this.secret ? undefined : says(40125, 'invalid appsecret rid: x');
    }
    if (!paths[call.path]) return { status: 404, body: '' };
    const token = new URLSearchParams(call.query).get('access_token');
    if (!token) return says(41001, 'access_token missing rid: x');
    if (token !== this.token || token === this.revoked) return says(40001, 'invalid credential, access_token is invalid or not latest hint: [a-b-c] rid: x');
    if (/\\u[2-9a-f]/i.test(call.text)) return says(40033, 'invalid charset rid: x');
    return this.#message(body);
  }

  #message({ touser, template_id: id, data }) {
    if (!this.followers.has(touser)) return says(40003, 'invalid openid rid: x');
    const keys = this.templates.get(id);
    if (!keys) return says(40037, 'invalid template_id rid: x');
    const wrong = keys.find((key) => !this.#fits(key, data?.[key]?.value));
    return wrong && says(47003, `argument invalid! data.${wrong}.value invalid rid: x`);
  }

  #fits(key, value) {
    return typeof value === 'string' && value !== '' && [...value].length <= (limits[key.replace(/\d+$/, '')] ?? Infinity);
  }

  accept(call) {
    if (this.asks(call)) {
      ++this.issued;
      return { body: { access_token: this.token, expires_in: 7200 } };
    }
    const body = parsed(call.text);
    const once = body.client_msg_id && `${body.touser} ${body.client_msg_id}`;
    if (!once || !this.#sent.has(once)) this.taken.push({ kind: paths[call.path], ...body });
    if (once) this.#sent.add(once);
    return { body: { errcode: 0, errmsg: 'ok', msgid: 200228331 + this.taken.length } };
  }
}
