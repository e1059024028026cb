// HTTP servers that stand in for providers. They share no code with the channels.

import { createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import { Arrivals } from './arrivals.mjs';

const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** The signature of Standard Webhooks, as a receiver computes it. */
export function webhookSignature(secret, id, timestamp, body) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** The signature of a DingTalk robot, decoded from its query. */
export function dingtalkSignature(secret, timestamp) {
  return createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
}

class Receiver extends Arrivals {
  async listen() {
    this.server = http.createServer((request, response) => {
      const chunks = [];
      request.on('data', (x) => chunks.push(x));
      request.on('end', () => this.received(request, Buffer.concat(chunks).toString('utf8'), response));
    });
    this.server.keepAliveTimeout = 60_000;
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  close() {
    this.server.closeAllConnections?.();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

/** A webhook receiver that answers 401 to what is not signed as Standard Webhooks say. */
export class WebhookReceiver extends Receiver {
  /** `answer(entry)` may return a status, `{status, headers, body}` or a promise of either. */
  static start({ secret, answer = () => 204 } = {}) {
    const receiver = new WebhookReceiver();
    Object.assign(receiver, { secret, answer });
    return receiver.listen();
  }

  async received(request, body, response) {
    const id = request.headers['webhook-id'] ?? '';
    const timestamp = request.headers['webhook-timestamp'] ?? '';
    const entry = { id, timestamp, headers: request.headers, path: request.url, text: body, at: Date.now() };
    const fresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300;
    const known = (request.headers['webhook-signature'] ?? '').split(' ');
    if (this.secret && !(fresh && known.some((x) => same(x, webhookSignature(this.secret, id, timestamp, body))))) {
      response.writeHead(401).end();
      this.keep({ ...entry, refused: true });
      return;
    }
    entry.body = JSON.parse(body);
    const said = await this.answer(entry, this.requests.length);
    const { status, headers = {}, body: text = '' } = typeof said === 'number' ? { status: said } : said;
    response.writeHead(status, headers).end(text);
    this.keep({ ...entry, status });
  }
}

/**
 * A DingTalk robot: one access token, 加签 with a secret, at most `limit` messages a minute. Always
 * answers 200; what it thinks stands in `errcode`.
 */
export class DingtalkRobot extends Receiver {
  static start({ secret, token = 'robot-token', limit = 20 } = {}) {
    const robot = new DingtalkRobot();
    Object.assign(robot, { secret, token, limit, accepted: [], script: [] });
    return robot.listen();
  }

  get webhook() { return `${this.url}/robot/send?access_token=${this.token}`; }

  received(request, text, response) {
    const verdict = this.script.shift() ?? this.judge(request, text);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(verdict));
    this.keep({ text, verdict, url: request.url, at: Date.now(), body: parsed(text) });
  }

  judge(request, text) {
    const { pathname, searchParams } = new URL(request.url, this.url);
    if (request.method !== 'POST') return { errcode: 43002, errmsg: 'require POST http method' };
    if (pathname !== '/robot/send') return { errcode: 404, errmsg: '请求的URI地址不存在' };
    if (!searchParams.get('access_token')) return { errcode: 40035, errmsg: '缺少参数 access_token' };
    if (searchParams.get('access_token') !== this.token) return { errcode: 300005, errmsg: 'token is not exist' };
    const objection = this.#signature(searchParams) ?? this.#content(request, text);
    if (objection) return objection;
    const now = Date.now();
    this.accepted = this.accepted.filter((x) => now - x < 60_000);
    if (this.accepted.length >= this.limit) return { errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' };
    this.accepted.push(now);
    return { errcode: 0, errmsg: 'ok' };
  }

  #signature(query) {
    if (!this.secret) return undefined;
    const timestamp = query.get('timestamp') ?? '';
    if (!/^\d{13}$/.test(timestamp) || Math.abs(Date.now() - Number(timestamp)) > 3_600_000)
      return { errcode: 310000, errmsg: 'invalid timestamp' };
    if (!same(query.get('sign') ?? '', dingtalkSignature(this.secret, timestamp)))
      return { errcode: 310000, errmsg: 'sign not match' };
    return undefined;
  }

  #content(request, text) {
    if (!/^application\/json/.test(request.headers['content-type'] ?? ''))
      return { errcode: 43004, errmsg: '无效的HTTP HEADER Content-Type' };
    if (Buffer.byteLength(text) > 20_000) return { errcode: 460101, errmsg: 'message too long, exceed 20000 bytes' };
    const body = parsed(text);
    if (!body) return { errcode: 40035, errmsg: '缺少参数 json' };
    const good = {
      text: () => typeof body.text?.content === 'string' && body.text.content.length > 0,
      markdown: () => Boolean(body.markdown?.title) && typeof body.markdown?.text === 'string',
    }[body.msgtype];
    if (!good) return { errcode: 400105, errmsg: 'unsupported msgtype' };
    return good() ? undefined : { errcode: 40035, errmsg: '缺少参数 json' };
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
