// A push service (RFC 8030) and the browsers behind it, which decrypt what they get (RFC 8291).

import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes } from 'node:crypto';
import { now, readJwt } from './jwt.mjs';
import { Provider, parsed } from './provider.mjs';

const base64url = (x) => Buffer.from(x).toString('base64url');

/** A browser's subscription and what it reads with. */
export class Browser {
  constructor(service, id) {
    this.keys = createECDH('prime256v1');
    this.keys.generateKeys();
    this.auth = randomBytes(16);
    this.endpoint = `${service.url}/push/${id}`;
  }

  get subscription() {
    return JSON.stringify({
      endpoint: this.endpoint, expirationTime: null,
      keys: { p256dh: base64url(this.keys.getPublicKey()), auth: base64url(this.auth) },
    });
  }

  /** The text of an aes128gcm body of one record. */
  read(body) {
    const [salt, size, point] = [body.subarray(0, 16), body.readUInt32BE(16), body.subarray(21, 21 + body[20])];
    const record = body.subarray(21 + body[20]);
    if (record.length > size) throw new Error('more than one record');
    const derive = (key, salted, info, length) => Buffer.from(hkdfSync('sha256', key, salted, info, length));
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.keys.getPublicKey(), point]);
    const secret = derive(this.keys.computeSecret(point), this.auth, info, 32);
    const aes = createDecipheriv('aes-128-gcm', derive(secret, salt, 'Content-Encoding: aes128gcm\0', 16), derive(secret, salt, 'Content-Encoding: nonce\0', 12));
    aes.setAuthTag(record.subarray(-16));
    const text = Buffer.concat([aes.update(record.subarray(0, -16)), aes.final()]);
    const end = text.lastIndexOf(2);
    if (end < 0 || text.subarray(end + 1).some((x) => x !== 0)) throw new Error('no end of the record');
    return text.subarray(0, end).toString('utf8');
  }
}

export class PushService extends Provider {
  subject = 'mailto:ops@example.com';
  browsers = new Map();

  /** A browser subscribes. */
  subscribe(id) {
    const browser = new Browser(this, id);
    this.browsers.set(id, browser);
    return browser;
  }

  refuse(call) {
    const browser = this.browsers.get(/^\/push\/(.+)$/.exec(call.path)?.[1]);
    if (!browser) return { status: 404 };
    if (browser.gone) return { status: 410 };
    const refused = this.#vapid(call.headers) ?? this.#headers(call);
    if (refused) return { status: refused };
    try {
      return parsed(browser.read(call.bytes)) ? undefined : { status: 400 };
    } catch {
      return { status: 400 };
    }
  }

  accept() { return { status: 201, headers: { location: `${this.url}/message/${this.requests.length}` } }; }

  #vapid(headers) {
    const [, token, key] = /^vapid t=([^,]+), k=([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
    const point = Buffer.from(key ?? '', 'base64url');
    if (point.length !== 65 || point[0] !== 4) return 401;
    const jwk = { kty: 'EC', crv: 'P-256', x: base64url(point.subarray(1, 33)), y: base64url(point.subarray(33)) };
    const claims = readJwt(token, 'ES256', createPublicKey({ key: jwk, format: 'jwk' }))?.claims;
    if (!claims || claims.exp <= now()) return 401;
    this.key ??= key;
    const allowed = claims.aud === this.url && claims.sub === this.subject && claims.exp <= now() + 86_400 && key === this.key;
    return allowed ? undefined : 403;
  }

  #headers({ method, headers, bytes }) {
    if (method !== 'POST' || headers['content-encoding'] !== 'aes128gcm' || !/^\d+$/.test(headers.ttl ?? '')) return 400;
    if (!/^(very-low|low|normal|high)$/.test(headers.urgency ?? 'normal')) return 400;
    if (headers.topic !== undefined && !/^[\w-]{1,32}$/.test(headers.topic)) return 400;
    return bytes.length > 4096 ? 413 : undefined;
  }
}
