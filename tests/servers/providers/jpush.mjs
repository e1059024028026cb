// JPush (极光推送), REST v3, as strict as it is.

import { randomUUID } from 'node:crypto';
import { Provider, isJson, members, parsed } from './provider.mjs';

const failure = (status, code, message) => ({ status, body: { error: { code, message } } });
const known = ['cid', 'platform', 'audience', 'notification', 'message', 'options'];

export class Jpush extends Provider {
  appKey = '7d431e42dfa6a6d693ac2d04';
  masterSecret = '0123456789abcdef01234567';
  devices = new Set(['rid-1']);
  /** Pushes made, and of how many of the next ones the answer is lost on its way. */
  pushed = 0;
  lost = 0;
  /** The cids given out, each with the answer to its push once there was one. */
  #cids = new Map();

  asks = ({ method }) => method === 'GET';

  refuse(call) {
    const login = Buffer.from(`${this.appKey}:${this.masterSecret}`).toString('base64');
    if (call.headers.authorization !== `Basic ${login}`) return failure(401, 1004, 'Authen failed');
    if (call.method === 'GET' && call.path === '/v3/push/cid') {
      const { count = '1' } = members(call.query);
      return /^([1-9]|10)$/.test(count) ? undefined : failure(400, 1003, 'count');
    }
    if (call.method !== 'POST' || call.path !== '/v3/push') return failure(404, 1001, 'no such method');
    return this.#refusePush(call);
  }

  #refusePush({ headers, text, bytes }) {
    const body = parsed(text);
    if (!isJson({ headers }) || !body) return failure(400, 1003, 'not JSON');
    if (Object.keys(body).some((x) => !known.includes(x))) return failure(400, 1003, 'unknown member');
    if (!body.platform || !body.audience) return failure(400, 1002, 'platform and audience are required');
    if (typeof body.notification?.alert !== 'string' && !body.message) return failure(400, 1002, 'notification or message is required');
    if (!(body.options?.time_to_live <= 864_000)) return failure(400, 1003, 'time_to_live');
    if (body.cid !== undefined && !this.#cids.has(body.cid)) return failure(400, 1003, 'cid was not given out');
    if (bytes.length > 4000) return failure(400, 1005, 'too large');
    const { registration_id: ids } = body.audience;
    return ids && !ids.some((x) => this.devices.has(x)) ? failure(400, 1011, 'cannot find user by this audience') : undefined;
  }

  accept({ method, query, text }) {
    if (method === 'GET') return { body: { cidlist: this.#giveOut(Number(members(query).count ?? 1)) } };
    const { cid } = parsed(text);
    const first = this.#cids.get(cid);
    if (first) return first;
    const done = { body: { sendno: '0', msg_id: String(18100287008123456n + BigInt(this.pushed++)) } };
    if (cid !== undefined) this.#cids.set(cid, done);
    if (this.lost === 0) return done;
    this.lost -= 1;
    return failure(500, 1000, 'system error');
  }

  #giveOut(count) {
    const cids = Array.from({ length: count }, () => `${this.appKey}-${randomUUID()}`);
    for (const cid of cids) this.#cids.set(cid, undefined);
    return cids;
  }
}
