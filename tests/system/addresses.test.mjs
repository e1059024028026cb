// Addresses that providers call dead, or moved, in what is stored of people.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Apns } from '../servers/providers/apns.mjs';
import { Fcm } from '../servers/providers/fcm.mjs';
import { Telegram } from '../servers/providers/telegram.mjs';
import { PushService } from '../servers/providers/webpush.mjs';
import { Engine, admin } from './harness/engine.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

let directory, engine, apns, fcm, telegram, service, hook, own;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'carillon-addresses-'));
  [apns, fcm, telegram, service] = await Promise.all([Apns.start(), Fcm.start(), Telegram.start(), PushService.start()]);
  hook = await WebhookReceiver.start({ answer: ({ path }) => (path.startsWith('/gone') ? 410 : 204) });
  own = await WebhookReceiver.start({ answer: () => 410 });
  writeFileSync(join(directory, 'account.json'), fcm.serviceAccount);
  writeFileSync(join(directory, 'key.p8'), apns.privateKey);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  engine = await Engine.start({
    config: `
[outbound]
ca_file = "${apns.certificate.file}"
allow_private = ["127.0.0.0/8"]
[channels.app]
type = "fcm"
service_account_file = "${directory}/account.json"
base_url = "${fcm.url}"
[channels.ios]
type = "apns"
team_id = "TEAM123456"
key_id = "KEY1234567"
key_file = "${directory}/key.p8"
topic = "com.example.app"
base_url = "${apns.url}"
[channels.browser]
type = "web_push"
vapid_private_key = "${privateKey.export({ format: 'jwk' }).d}"
subject = "mailto:ops@example.com"
[channels.chat]
type = "telegram"
bot_token = "${telegram.token}"
base_url = "${telegram.url}"
[channels.hook]
type = "webhook"
[channels.erp]
type = "webhook"
url = "${own.url}/own"
`,
  });
});
after(async () => {
  await engine.discard();
  await Promise.all([apns, fcm, telegram, service, hook, own].map((x) => x.close()));
  rmSync(directory, { recursive: true });
});

const path = (user) => `/api/v1/admin/recipients/${user}`;

/** Stores a person's addresses. */
async function store(user, addresses) {
  assert.equal((await engine.put(path(user), { addresses }, admin)).status, 200);
}

const stored = async (user) => (await engine.get(path(user))).body.addresses;

/** Sends one message to a user on one channel and answers what became of it. */
async function send(channel, user_id) {
  const answer = await engine.post('/api/v1/notifications/multi-channel?wait=10s', { channels: [channel], recipient: { user_id }, title: 'Hello', content: 'World' });
  assert.equal(answer.status, 200, answer.text);
  for (;;) {
    const { body } = await engine.get(`/api/v1/admin/deliveries/${answer.body.deliveries[0].id}`);
    if (!['pending', 'delivering', 'retrying'].includes(body.status)) return body;
  }
}

/** The user's message dies, their address goes and the next one is not sent; answers the first. */
async function loses(channel, user) {
  const dead = await send(channel, user);
  assert.deepEqual([dead.status, dead.error_class, dead.attempts], ['dead', 'invalid_recipient', 1]);
  assert.equal((await stored(user))[channel], undefined);
  const next = await send(channel, user);
  assert.deepEqual([next.status, next.reason, next.attempts], ['skipped', 'no_address', 0]);
  return dead;
}

/** What the audit log says of a user's addresses. */
async function told(user) {
  const { items } = (await engine.get(`/api/v1/admin/audit?object=${user}`)).body;
  return items.filter((x) => x.action.startsWith('recipient.address'));
}

test('a subscription that is over is deleted, and why is on the audit log', async () => {
  for (const [id, gone] of [['left', true], ['unknown', false]]) {
    const browser = service.subscribe(id);
    browser.gone = gone;
    if (!gone) service.browsers.delete(id);
    await store(id, { browser: JSON.parse(browser.subscription), hook: `${hook.url}/stays` });
    const dead = await loses('browser', id);
    assert.deepEqual(await stored(id), { hook: `${hook.url}/stays` });
    const [line] = await told(id);
    assert.deepEqual([line.subject, line.action, line.object], ['channel:browser', 'recipient.address.delete', id]);
    assert.deepEqual(line.detail, { delivery_id: dead.id, provider_code: gone ? '410' : '404' });
    const lines = engine.log.split('\n').filter((x) => x.includes('the address is gone') && x.includes(dead.id));
    assert.equal(lines.length, 1);
    assert.ok(!lines[0].includes(browser.endpoint));
  }
});

test('a token that fcm knows no more is deleted for everybody who has it on that channel', async () => {
  await store('fay', { app: 'nobody' });
  await store('gus', { app: 'nobody', ios: 'c'.repeat(64) });
  await store('hal', { app: 'device-1' });
  await loses('app', 'fay');
  assert.deepEqual(await stored('gus'), { ios: 'c'.repeat(64) });
  assert.equal((await send('app', 'hal')).status, 'delivered');
  assert.deepEqual(await stored('hal'), { app: 'device-1' });
});

test('a token of apple goes unless it was stored after it ended', async () => {
  const [ended, registered, wrong] = ['b', 'd', 'e'].map((x) => x.repeat(64));
  apns.ended.set(ended, Date.now() + 60_000).set(registered, Date.now() - 60_000);
  await store('ida', { ios: ended });
  await store('jon', { ios: registered });
  await store('kim', { ios: wrong });
  await loses('ios', 'ida');
  // It was registered anew, or it may be one of the sandbox.
  for (const [user, token] of [['jon', registered], ['kim', wrong]]) {
    const dead = await send('ios', user);
    assert.deepEqual([dead.status, dead.error_class], ['dead', 'invalid_recipient']);
    assert.deepEqual(await stored(user), { ios: token });
    assert.deepEqual(await told(user), []);
  }
});

test('a chat that moved is found where it is now, at the first request', async () => {
  telegram.chats.set(-42, { movedTo: -1001234567890 }).set(-1001234567890, {});
  await store('crew', { chat: '-42' });
  const first = await send('chat', 'crew');
  assert.deepEqual([first.status, first.recipient, first.attempt_log.length], ['delivered', '-1001234567890', 2]);
  assert.deepEqual(await stored('crew'), { chat: '-1001234567890' });
  const [line] = await told('crew');
  assert.deepEqual([line.subject, line.action], ['channel:chat', 'recipient.address.replace']);
  const before = telegram.requests.length;
  const next = await send('chat', 'crew');
  assert.deepEqual([next.status, next.attempt_log.length], ['delivered', 1]);
  assert.equal(telegram.requests.length, before + 1);
});

test('an endpoint of a person that is gone is disabled', async () => {
  await store('lea', { hook: `${hook.url}/gone/lea` });
  await loses('hook', 'lea');
  await store('lea', { hook: `${hook.url}/lea` });
  assert.equal((await send('hook', 'lea')).status, 'delivered');
});

test('an endpoint of the operator is left as it is', async () => {
  await store('max', { hook: `${own.url}/own` });
  for (const _ of [1, 2]) {
    const dead = await send('erp', 'max');
    assert.deepEqual([dead.status, dead.error_class, dead.attempts], ['dead', 'invalid_recipient', 1]);
  }
  assert.equal(own.requests.length, 2);
  assert.deepEqual(await stored('max'), { hook: `${own.url}/own` });
  assert.equal((await engine.get('/api/v1/admin/channels/erp')).body.enabled, true);
});
