// Apple Push Notification service over HTTP/2, as strict as it is.

import { generateKeyPairSync } from 'node:crypto';
import http2 from 'node:http2';
import { Arrivals } from '../../system/harness/arrivals.mjs';
import { loopbackCertificate } from './certificate.mjs';
import { now, readJwt } from './jwt.mjs';
import { parsed } from './provider.mjs';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export class Apns extends Arrivals {
  /** Tokens that are registered no more, with the time since when in milliseconds. */
  ended = new Map();

  static async start({ topic = 'com.example.app', team = 'TEAM123456', keyId = 'KEY1234567' } = {}) {
    const apns = new Apns();
    const { publicKey, privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'prime256v1',
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    Object.assign(apns, { topic, team, keyId, publicKey, privateKey, script: [], sessions: new Set(), tokens: new Set(), devices: new Set(['a'.repeat(64)]) });
    apns.certificate = loopbackCertificate();
    apns.server = http2.createSecureServer({ key: apns.certificate.key, cert: apns.certificate.cert });
    apns.server.on('session', (x) => apns.sessions.add(x));
    apns.server.on('stream', (stream, headers) => apns.#received(stream, headers));
    await new Promise((resolve) => apns.server.listen(0, '127.0.0.1', resolve));
    apns.url = `https://127.0.0.1:${apns.server.address().port}`;
    return apns;
  }

  /** Refuses every token given so far, as Apple does after an hour. */
  expireTokens() { this.expired = new Set(this.tokens); }

  #received(stream, headers) {
    const chunks = [];
    stream.on('data', (x) => chunks.push(x));
    stream.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const [status, reason, timestamp] = this.script.shift() ?? this.#judge(headers, bytes);
      stream.respond({ ':status': status, 'apns-id': headers['apns-id'] ?? '' });
      stream.end(reason ? JSON.stringify({ reason, timestamp }) : '');
      this.keep({ path: headers[':path'], headers, body: parsed(bytes.toString('utf8')), status, reason });
    });
  }

  #judge(headers, bytes) {
    if (headers[':method'] !== 'POST') return [405, 'MethodNotAllowed'];
    const device = /^\/3\/device\/([0-9a-fA-F]+)$/.exec(headers[':path'])?.[1];
    if (!device) return [404, 'BadPath'];
    return this.#authorization(headers) ?? this.#headers(headers) ?? this.#payload(bytes)
      ?? (this.ended.has(device) ? [410, 'Unregistered', this.ended.get(device)] : undefined)
      ?? (this.devices.has(device) ? [200] : [400, 'BadDeviceToken']);
  }

  #authorization(headers) {
    const token = /^bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (!token) return [403, 'MissingProviderToken'];
    const { header, claims } = readJwt(token, 'ES256', this.publicKey) ?? {};
    if (header?.kid !== this.keyId || claims.iss !== this.team) return [403, 'InvalidProviderToken'];
    if (this.expired?.has(token) || now() - claims.iat > 3600) return [403, 'ExpiredProviderToken'];
    this.tokens.add(token);
    return undefined;
  }

  #headers(headers) {
    if (!headers['apns-topic']) return [400, 'MissingTopic'];
    if (headers['apns-topic'] !== this.topic) return [400, 'TopicDisallowed'];
    if (headers['apns-push-type'] !== 'alert') return [400, 'InvalidPushType'];
    if (!['10', '5', '1'].includes(headers['apns-priority'] ?? '10')) return [400, 'BadPriority'];
    if (!/^\d+$/.test(headers['apns-expiration'] ?? '0')) return [400, 'BadExpirationDate'];
    if (headers['apns-id'] !== undefined && !uuid.test(headers['apns-id'])) return [400, 'BadMessageId'];
    if (Buffer.byteLength(headers['apns-collapse-id'] ?? '') > 64) return [400, 'BadCollapseId'];
    return undefined;
  }

  #payload(bytes) {
    if (bytes.length > 4096) return [413, 'PayloadTooLarge'];
    return parsed(bytes.toString('utf8'))?.aps ? undefined : [400, 'PayloadEmpty'];
  }

  close() {
    this.certificate.remove();
    this.sessions.forEach((x) => x.destroy());
    return new Promise((resolve) => this.server.close(resolve));
  }
}
