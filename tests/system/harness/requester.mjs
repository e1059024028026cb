// HTTP as a plain client speaks it, over kept connections. Every answer is held to openapi.json.

import http from 'node:http';
import https from 'node:https';
import { checkAnswer } from './contract.mjs';

export class Requester {
  constructor(port, secure = false) {
    this.port = port;
    this.library = secure ? https : http;
    this.agent = new this.library.Agent({ keepAlive: true, maxSockets: 64, rejectUnauthorized: false });
  }

  request(method, path, { token, body, headers = {} } = {}) {
    const payload = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const call = this.library.request({
        method, path, port: this.port, host: '127.0.0.1', agent: this.agent,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }),
          ...headers,
        },
      }, (answer) => {
        const chunks = [];
        answer.on('data', (x) => chunks.push(x));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const json = /\bjson/.test(answer.headers['content-type'] ?? '');
          const got = { status: answer.statusCode, headers: answer.headers, text, body: json && text ? JSON.parse(text) : text };
          try {
            // In CloudEvents' binary mode the body is the data alone, which may be any object.
            checkAnswer(method, path, headers['ce-specversion'] ? undefined : payload, got, headers['content-type']?.split(';')[0]);
            resolve(got);
          } catch (e) {
            reject(e);
          }
        });
      });
      call.on('error', reject);
      call.end(payload);
    });
  }

  close() { this.agent.destroy(); }
}
