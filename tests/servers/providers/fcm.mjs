// Firebase Cloud Messaging, HTTP v1, and Google's token service, as strict as they are.

import { generateKeyPairSync } from 'node:crypto';
import { now, readJwt } from './jwt.mjs';
import { Provider, isJson, parsed } from './provider.mjs';

const scope = 'https://www.googleapis.com/auth/firebase.messaging';
const fcmError = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';

const unknown = (object, known) => Object.keys(object).filter((x) => !known.includes(x));

export class Fcm extends Provider {
  keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  tokens = new Set();
  issued = 0;
  devices = new Set(['device-1', 'device-2']);

  asks = ({ path }) => path === '/token';

  /** The file that an operator downloads. */
  get serviceAccount() {
    return JSON.stringify({
      type: 'service_account', project_id: 'test-project', private_key_id: 'key-1', private_key: this.keys.privateKey,
      client_email: 'push@test-project.iam.gserviceaccount.com', token_uri: `${this.url}/token`,
    });
  }

  /** Makes the service forget every token that it has given. */
  revoke() { this.tokens.clear(); }

  /** The messages that were taken. */
  get taken() { return this.requests.filter((x) => x.status === 200 && x.path.endsWith(':send')).map((x) => parsed(x.text).message); }

  refuse(call) {
    if (call.path === '/token') return this.#refuseToken(call);
    if (call.method !== 'POST' || call.path !== '/v1/projects/test-project/messages:send')
      return refusal(404, 'NOT_FOUND', 'no such method');
    const token = /^Bearer (.+)$/.exec(call.headers.authorization ?? '')?.[1];
    if (!this.tokens.has(token)) return refusal(401, 'UNAUTHENTICATED', 'Request had invalid authentication credentials.');
    return this.#refuseMessage(call);
  }

  accept({ path, text }) {
    if (path !== '/token') return { body: { name: `projects/test-project/messages/${parsed(text).validate_only ? 'fake' : this.requests.length}` } };
    this.issued += 1;
    const token = `ya29.${this.issued}`;
    this.tokens.add(token);
    return { body: { access_token: token, expires_in: 3599, token_type: 'Bearer' } };
  }

  #refuseToken({ method, headers, text }) {
    const form = new URLSearchParams(text);
    const refuse = (error) => ({ status: 400, body: { error, error_description: error } });
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded') return refuse('invalid_request');
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return refuse('unsupported_grant_type');
    const { header, claims } = readJwt(form.get('assertion') ?? '', 'RS256', this.keys.publicKey) ?? {};
    const good = header?.kid === 'key-1' && claims.aud === `${this.url}/token` && claims.scope === scope
      && claims.iss === 'push@test-project.iam.gserviceaccount.com' && Math.abs(claims.iat - now()) < 300
      && claims.exp > now() && claims.exp - claims.iat <= 3600;
    return good ? undefined : refuse('invalid_grant');
  }

  #refuseMessage({ headers, text, bytes }) {
    const body = parsed(text);
    if (!isJson({ headers }) || !body?.message) return invalid('message', 'not a message');
    if (unknown(body, ['message', 'validate_only']).length > 0) return invalid(unknown(body, ['message', 'validate_only'])[0], 'unknown');
    const { message } = body;
    const stray = unknown(message, ['token', 'topic', 'condition', 'notification', 'data', 'android', 'apns', 'webpush', 'fcm_options']);
    if (stray.length > 0) return invalid(`message.${stray[0]}`, 'unknown');
    if (['token', 'topic', 'condition'].filter((x) => message[x] !== undefined).length !== 1) return invalid('message', 'exactly one of token, topic or condition is required');
    if (unknown(message.notification ?? {}, ['title', 'body', 'image']).length > 0) return invalid('message.notification', 'unknown');
    for (const [name, value] of Object.entries(message.data ?? {})) {
      if (typeof value !== 'string') return invalid(`message.data.${name}`, 'not a string');
      if (/^(from|message_type|gcm.*|google.*)$/.test(name)) return invalid(`message.data.${name}`, 'reserved');
    }
    if (!['HIGH', 'NORMAL'].includes(message.android?.priority ?? 'HIGH') || !/^\d+s$/.test(message.android?.ttl ?? '0s')) return invalid('message.android', 'bad');
    if (bytes.length > (message.topic ? 2048 : 4096)) return invalid('message', 'Message is too big');
    return message.token && !this.devices.has(message.token) ? coded(404, 'NOT_FOUND', 'UNREGISTERED') : undefined;
  }
}

const refusal = (code, status, message, details) => ({ status: code, body: { error: { code, message, status, ...(details && { details }) } } });

const invalid = (field, description) => refusal(400, 'INVALID_ARGUMENT', description, [
  { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field, description }] },
]);

/** An error as FCM itself says it. */
export const coded = (code, status, errorCode) => refusal(code, status, errorCode, [{ '@type': fcmError, errorCode }]);
