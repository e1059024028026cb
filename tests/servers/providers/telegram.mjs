// Telegram's Bot API: getMe and sendMessage of one bot.

import { Provider, isJson, parsed } from './provider.mjs';

const no = (code, description, parameters) => ({ status: code, body: { ok: false, error_code: code, description, ...(parameters && { parameters }) } });
const bad = (description) => no(400, `Bad Request: ${description}`);

/** What the server says to more messages than it likes. */
export const tooMany = (seconds) => ({ ...no(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds }), headers: { 'retry-after': String(seconds) } });

const tags = new Set(['b', 'strong', 'i', 'em', 'u', 'ins', 's', 'strike', 'del', 'tg-spoiler', 'a', 'code', 'pre', 'blockquote']);

/** The text that a person reads, or nothing where the HTML cannot be parsed. */
function unmarked(html) {
  const open = [];
  for (const [, end, name] of html.matchAll(/<(\/?)([^\s>]*)[^>]*>/g)) {
    if (!tags.has(name) || (end && open.pop() !== name)) return undefined;
    if (!end) open.push(name);
  }
  const bare = html.replace(/<[^>]*>/g, '');
  if (open.length > 0 || /[<>]/.test(bare)) return undefined;
  return bare.replace(/&(lt|gt|quot|amp);/g, (_, x) => ({ lt: '<', gt: '>', quot: '"', amp: '&' })[x]);
}

export class Telegram extends Provider {
  token = '123456:TEST-TOKEN';
  /** Chats by id, as `{ blocked, topics, movedTo }`. */
  chats = new Map();
  taken = [];

  asks = ({ path }) => path.endsWith('/getMe');

  refuse(call) {
    const [, token, method] = call.path.match(/^\/bot([^/]+)\/(\w+)$/) ?? [];
    if (!token || !['getMe', 'sendMessage'].includes(method)) return no(404, 'Not Found');
    if (token !== this.token) return no(401, 'Unauthorized');
    if (method === 'getMe') return undefined;
    const body = parsed(call.text);
    if (call.method !== 'POST' || !isJson(call) || !body) return bad('message text is empty');
    return this.#chat(body) ?? this.#text(body);
  }

  #chat({ chat_id: id, message_thread_id: topic }) {
    if (!Number.isSafeInteger(id) && !/^@\w+$/.test(id)) return bad('chat not found');
    const chat = this.chats.get(id);
    if (!chat) return bad('chat not found');
    if (chat.blocked) return no(403, 'Forbidden: bot was blocked by the user');
    if (chat.movedTo) return no(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: chat.movedTo });
    return topic === undefined || chat.topics?.includes(topic) ? undefined : bad('message thread not found');
  }

  #text({ text, parse_mode: mode, entities = [] }) {
    if (typeof text !== 'string' || text.trim() === '') return bad('message text is empty');
    if (mode !== undefined && mode !== 'HTML') return bad('unsupported parse_mode');
    const shown = mode ? unmarked(text) : text;
    if (shown === undefined) return bad("can't parse entities: Unsupported start tag");
    if ([...shown].length > 4096) return bad('message is too long');
    const outside = ({ type, offset, length }) => type !== 'bold' || offset < 0 || length < 1 || offset + length > shown.length;
    return entities.some(outside) ? bad("can't parse entities: entity out of the text") : undefined;
  }

  accept(call) {
    if (this.asks(call)) return { body: { ok: true, result: { id: 123456, is_bot: true } } };
    const body = parsed(call.text);
    this.taken.push(body);
    return { body: { ok: true, result: { message_id: this.taken.length, chat: { id: body.chat_id } } } };
  }

  to(chat) { return this.taken.filter((x) => x.chat_id === chat); }
}
