// WeCom (企业微信): the messages of an app, and the robot of a group. Both answer 200 to everything.

import { Provider, parsed } from './provider.mjs';

const says = (errcode, errmsg) => ({ body: { errcode, errmsg } });
const bytes = (text) => Buffer.byteLength(text);

/** Requests whose text is escaped are refused, as the vendor says (40033). */
const isRaw = (text) => !/\\u[0-9a-f]{4}/i.test(text.replace(/\\u00[01]/gi, ''));

export class WecomApp extends Provider {
  corp = 'ww1234567890abcdef';
  secret = 'Test-Secret_0123';
  agent = 1000002;
  members = new Set(['zhangsan', 'lisi']);
  issued = 0;
  taken = [];

  get token() { return `token-${this.issued}`; }

  /** The token that is out is no longer good. */
  revoke() { this.revoked = this.token; }

  asks = ({ path }) => path === '/cgi-bin/gettoken';

  refuse(call) {
    const query = new URLSearchParams(call.query);
    if (this.asks(call)) {
      if (query.get('corpid') !== this.corp) return says(40013, 'invalid corpid, hint: [1642384567]');
      return query.get('corpsecret') === this.secret ? undefined : says(40001, 'invalid credential, hint: [1642384567]');
    }
    if (call.path !== '/cgi-bin/message/send' || call.method !== 'POST') return { status: 404, body: '' };
    const token = query.get('access_token');
    if (!token) return says(41001, 'access_token missing');
    if (token !== this.token || token === this.revoked) return says(40014, 'invalid access_token, hint: [1642384567]');
    const body = parsed(call.text);
    if (!body) return says(47001, 'data format error');
    if (!isRaw(call.text)) return says(40033, 'invalid request message, text with \\u');
    return this.#message(body);
  }

  #message({ touser, toparty, totag, msgtype, agentid, ...rest }) {
    if (!touser && !toparty && !totag) return says(82001, 'no receiver');
    if (agentid !== this.agent) return says(40056, 'invalid agentid');
    if (!['text', 'markdown'].includes(msgtype)) return says(40008, 'invalid message type');
    const { content } = rest[msgtype] ?? {};
    if (!content) return says(44004, 'empty content');
    if (bytes(content) > 2048) return says(45002, 'content size out of limit');
    const known = (touser ?? '').split('|').some((x) => x === '@all' || this.members.has(x));
    return touser && !known ? says(81013, 'user & party & tag all invalid') : undefined;
  }

  accept(call) {
    if (this.asks(call)) {
      ++this.issued;
      return { body: { errcode: 0, errmsg: 'ok', access_token: this.token, expires_in: 7200 } };
    }
    const body = parsed(call.text);
    this.taken.push(body);
    const invaliduser = (body.touser ?? '').split('|').filter((x) => x && x !== '@all' && !this.members.has(x)).join('|').toLowerCase();
    return { body: { errcode: 0, errmsg: 'ok', invaliduser, msgid: `m-${this.taken.length}` } };
  }
}

export class WecomBot extends Provider {
  key = '11111111-2222-3333-4444-555555555555';
  taken = [];

  get webhook() { return `${this.url}/cgi-bin/webhook/send?key=${this.key}`; }

  refuse(call) {
    if (call.path !== '/cgi-bin/webhook/send' || call.method !== 'POST') return { status: 404, body: '' };
    if (new URLSearchParams(call.query).get('key') !== this.key) return says(93000, 'invalid webhook url, hint: [1642384567], from ip: 127.0.0.1');
    const body = parsed(call.text);
    if (!body) return says(47001, 'data format error');
    if (!isRaw(call.text)) return says(40033, 'invalid request message, text with \\u');
    const limit = { text: 2048, markdown: 4096 }[body.msgtype];
    if (!limit) return says(40008, 'invalid message type');
    const { content, ...rest } = body[body.msgtype] ?? {};
    if (!content) return says(44004, 'empty content');
    if (bytes(content) > limit) return says(40058, `${body.msgtype}.content exceed max length ${limit}. invalid Request Parameter`);
    const unknown = Object.keys(rest).some((x) => body.msgtype === 'markdown' || !['mentioned_list', 'mentioned_mobile_list'].includes(x));
    return unknown ? says(40058, 'invalid Request Parameter') : undefined;
  }

  accept({ text }) {
    this.taken.push(parsed(text));
    return says(0, 'ok');
  }
}
