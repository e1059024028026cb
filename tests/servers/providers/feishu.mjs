// Feishu: the custom bot of a group, and the messages of an app.

import { Provider, hmac, isJson, parsed, same } from './provider.mjs';

const says = (code, msg, status = 200) => ({ status, body: { code, msg, data: {} } });

/** The signature as a bot computes it: the key is timestamp and secret, and nothing is signed. */
export const signature = (timestamp, secret) => hmac(`${timestamp}\n${secret}`, '', 'base64');

const ats = (text) => [...text.matchAll(/<at (?:user_)?id="?(\w+)"?>[^<]*<\/at>/g)].map(([, id]) => id);

/** What is wrong with a message's content. */
function objection(type, content, people) {
  if (type === 'text') return typeof content?.text === 'string' && content.text !== '' ? undefined : 'text is empty';
  if (type !== 'interactive') return 'unknown msg_type';
  const elements = content?.elements;
  if (content?.header?.title?.tag !== 'plain_text' || !Array.isArray(elements) || elements.length === 0) return 'unknown card value';
  if (!elements.every((x) => x.tag === 'markdown' && typeof x.content === 'string')) return 'unknown card value';
  return elements.flatMap((x) => ats(x.content)).every((id) => id === 'all' || people.has(id)) ? undefined : 'person';
}

/** What a person reads of a message, and who is mentioned. */
export function shown(type, content) {
  const text = type === 'text' ? content.text : `${content.header.title.content}\n${content.elements.map((x) => x.content).join('\n')}`;
  return { text: text.replace(/\n?(<at [^>]*>[^<]*<\/at> ?)+$/, ''), mentions: ats(text) };
}

export class FeishuBot extends Provider {
  hook = 'f8b7e2d4-0000-4a5b-9c3d-1e2f3a4b5c6d';
  secret = 'test_secret_1';
  people = new Set(['ou_1']);
  taken = [];

  get webhook() { return `${this.url}/open-apis/bot/v2/hook/${this.hook}`; }

  refuse(call) {
    if (!call.path.startsWith('/open-apis/bot/v2/hook/')) return { status: 404, body: '404 page not found' };
    if (!call.path.endsWith(`/${this.hook}`)) return says(19001, 'param invalid: incoming webhook access token invalid');
    const body = parsed(call.text);
    if (call.method !== 'POST' || !isJson(call) || !body || call.bytes.length > 20_480) return says(9499, 'Bad Request');
    const fresh = /^\d{10}$/.test(body.timestamp) && Math.abs(Date.now() / 1000 - Number(body.timestamp)) < 3600;
    if (this.secret && !(fresh && same(body.sign ?? '', signature(body.timestamp, this.secret))))
      return says(19021, 'sign match fail or timestamp is not within one hour from current time');
    const why = objection(body.msg_type, body.msg_type === 'text' ? body.content : body.card, this.people);
    if (why === 'person') return says(11246, 'ErrCode: 100290; ErrMsg: there is an invalid user resource (at/person) in your card');
    return why && says(19002, why);
  }

  accept({ text }) {
    const body = parsed(text);
    this.taken.push(shown(body.msg_type, body.content ?? body.card));
    return { body: { StatusCode: 0, StatusMessage: 'success', code: 0, data: {}, msg: 'success' } };
  }
}

export class FeishuApp extends Provider {
  id = 'cli_a1b2c3d4e5f60718';
  secret = 'TestAppSecret0123456789abcdefghij';
  people = new Set(['ou_1', 'oc_ops', 'a@example.com']);
  issued = 0;
  taken = [];
  #sent = new Map();

  get token() { return `t-${this.issued}`; }

  /** The token that is out is no longer good. */
  revoke() { this.revoked = this.token; }

  asks = ({ path }) => path === '/open-apis/auth/v3/tenant_access_token/internal';

  refuse(call) {
    if (call.method !== 'POST' || !isJson(call) || !parsed(call.text)) return says(9499, 'Bad Request', 400);
    const body = parsed(call.text);
    if (this.asks(call)) return body.app_id === this.id && body.app_secret === this.secret ? undefined : says(10014, 'app secret invalid', 400);
    if (call.path !== '/open-apis/im/v1/messages') return { status: 404, body: '404 page not found' };
    const [, token] = (call.headers.authorization ?? '').match(/^Bearer (.+)$/) ?? [];
    if (!token) return says(99991661, 'Missing access token for authorization.', 400);
    if (token !== this.token || token === this.revoked) return says(99991663, 'Invalid access token for authorization.', 400);
    return this.#message(new URLSearchParams(call.query).get('receive_id_type'), body);
  }

  #message(kind, { receive_id: to, msg_type: type, content, uuid }) {
    const form = { open_id: /^ou_/, union_id: /^on_/, chat_id: /^oc_/, email: /@/, user_id: /./ }[kind];
    if (!form?.test(to) || !this.people.has(to)) return says(230001, 'Your request contains an invalid request parameter, ext=invalid receive_id.', 400);
    if (typeof content !== 'string' || !parsed(content)) return says(230001, 'ext=content is not a string in json format.', 400);
    if (Buffer.byteLength(content) > (type === 'text' ? 153_600 : 30_720)) return says(230025, 'The length of the message content reaches its limit.', 400);
    if (uuid !== undefined && uuid.length > 50) return says(230001, 'ext=uuid is too long.', 400);
    const why = objection(type, parsed(content), this.people);
    return why && says(why === 'person' ? 230099 : 230001, `Failed to create card content, ext=${why}`, 400);
  }

  accept(call) {
    if (this.asks(call)) {
      ++this.issued;
      return { body: { code: 0, msg: 'ok', tenant_access_token: this.token, expire: 7200 } };
    }
    const { receive_id: to, msg_type: type, content, uuid } = parsed(call.text);
    if (!this.#sent.has(uuid)) {
      this.#sent.set(uuid, `om_${this.#sent.size + 1}`);
      this.taken.push({ to, ...shown(type, parsed(content)) });
    }
    return { body: { code: 0, msg: 'success', data: { message_id: this.#sent.get(uuid) } } };
  }
}
