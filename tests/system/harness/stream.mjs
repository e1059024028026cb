// A reader of Server-Sent Events that forgives nothing; its events are awaited one by one.

import http from 'node:http';
import https from 'node:https';
import { checkEvent } from './contract.mjs';

/** The lines of one event as `{event, id, data}`; throws for what a strict reader would not expect. */
function parse(lines) {
  const out = {};
  for (const line of lines) {
    const [, name, value] = line.match(/^(event|id|data|retry): ([^\r]*)$/) ?? [];
    if (!name) throw new Error(`no line of an event stream: ${line}`);
    if (name === 'data') out.data = out.data === undefined ? value : `${out.data}\n${value}`;
    else if (name in out) throw new Error(`${name} comes twice`);
    else out[name] = value;
  }
  return out;
}

export class Stream {
  /**
   * Asks for the stream and waits for the head of the answer; refused unless it is 200.
   * @param token in the header, or with `inQuery` in the address
   */
  static open(engine, token, { since, lastEventId, inQuery = false } = {}) {
    const query = new URLSearchParams({ ...(inQuery ? { token } : {}), ...(since === undefined ? {} : { since }) });
    const headers = { ...(inQuery ? {} : { authorization: `Bearer ${token}` }), ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }) };
    const stream = new Stream();
    Object.assign(stream, { events: [], waiting: [], comments: 0, rest: '', lines: [] });
    const { request } = engine.scheme === 'https' ? https : http;
    return new Promise((resolve, reject) => {
      stream.request = request(`${engine.url}/api/v1/stream?${query}`, { headers, agent: false, rejectUnauthorized: false });
      stream.request.on('error', reject);
      stream.request.on('response', (answer) => {
        stream.status = answer.statusCode;
        stream.headers = answer.headers;
        answer.setEncoding('utf8');
        if (answer.statusCode === 200) {
          stream.#follow(answer);
          resolve(stream);
          return;
        }
        let text = '';
        answer.on('data', (x) => { text += x; });
        answer.on('end', () => reject(Object.assign(new Error(`refused with ${answer.statusCode}`), { status: answer.statusCode, headers: answer.headers, text })));
      });
      stream.request.end();
    });
  }

  #follow(answer) {
    this.answer = answer;
    this.ended = new Promise((resolve) => {
      const over = (how) => {
        resolve({ how, unfinished: this.rest + this.lines.join('\n'), last: this.last });
        this.over = new Error(`the stream has ${how}`);
        this.waiting.splice(0).forEach((x) => x.reject(this.over));
      };
      answer.on('data', (text) => {
        try {
          this.#arrived(text);
        } catch (fault) {
          over(`been misunderstood: ${fault.message}`);
          this.request.destroy();
        }
      });
      answer.on('end', () => over('ended'));
      answer.on('error', (x) => over(`failed: ${x.message}`));
    });
  }

  #arrived(text) {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith(':')) this.comments += 1;
      else if (line !== '') this.lines.push(line);
      else if (this.lines.length > 0) this.#take(parse(this.lines.splice(0)));
    }
  }

  #take(event) {
    if (event.retry !== undefined) {
      this.retry = Number(event.retry);
      return;
    }
    event.data = JSON.parse(event.data);
    checkEvent(event);
    this.last = event;
    const first = this.waiting.shift();
    if (first) first.resolve(event);
    else this.events.push(event);
  }

  /** The next event, `{event, id?, data}`. */
  next() {
    if (this.events.length > 0) return Promise.resolve(this.events.shift());
    if (this.over) return Promise.reject(this.over);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** The next event of that name; those before it are passed over. */
  async event(name) {
    for (;;) {
      const event = await this.next();
      if (event.event === name) return event;
    }
  }

  /** Goes away without a word. */
  close() { this.request.destroy(); }
}
