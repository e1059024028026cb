// Push channels against stand-ins that check what the providers check.

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Apns } from '../servers/providers/apns.mjs';
import { Fcm, coded } from '../servers/providers/fcm.mjs';
import { Jpush } from '../servers/providers/jpush.mjs';
import { Browser, PushService } from '../servers/providers/webpush.mjs';
import { Engine } from './harness/engine.mjs';

const device = 'a'.repeat(64);
const title = '告警 😀';
const content = '库存 *不足* _5kg_ <b>&';
let directory, engine, fcm, apns, service, jpush;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'carillon-push-'));
  [fcm, apns, service, jpush] = await Promise.all([Fcm.start(), Apns.start(), PushService.start(), Jpush.start()]);
  writeFileSync(join(directory, 'account.json'), fcm.serviceAccount);
  writeFileSync(join(directory, 'key.p8'), apns.privateKey);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  engine = await Engine.start({
    config: `
[outbound]
ca_file = "${apns.certificate.file}"
allow_private = ["127.0.0.0/8"]
[channels.app_push]
type = "fcm"
service_account_file = "${directory}/account.json"
base_url = "${fcm.url}"
retry = "50ms,50ms"
[channels.ios]
type = "apns"
team_id = "TEAM123456"
key_id = "KEY1234567"
key_file = "${directory}/key.p8"
topic = "com.example.app"
base_url = "${apns.url}"
retry = "50ms,50ms"
[channels.browser]
type = "web_push"
vapid_private_key = "${privateKey.export({ format: 'jwk' }).d}"
subject = "mailto:ops@example.com"
retry = "50ms,50ms"
[channels.jiguang]
type = "jpush"
app_key = "${jpush.appKey}"
master_secret = "${jpush.masterSecret}"
base_url = "${jpush.url}"
retry = "50ms,50ms"
`,
  });
});
after(async () => {
  await engine.discard();
  await Promise.all([fcm.close(), apns.close(), service.close(), jpush.close()]);
  rmSync(directory, { recursive: true });
});

/** Sends one message on one channel and answers what became of it. */
async function send(channel, recipient, extra = {}) {
  const answer = await engine.post('/api/v1/notifications/multi-channel?wait=10s', { channels: [channel], recipient, title, content, ...extra });
  assert.equal(answer.status, 200, answer.text);
  return final(answer.body.deliveries[0].id);
}

const pushes = () => jpush.requests.filter((x) => x.method === 'POST');

/** Asks until the delivery is final: its end has no event of its own outside. */
async function final(id) {
  for (;;) {
    const { body } = await engine.get(`/api/v1/admin/deliveries/${id}`);
    if (!['pending', 'delivering', 'retrying'].includes(body.status)) return body;
  }
}

test('the browsers read the example of RFC 8291', () => {
  const vectors = JSON.parse(readFileSync(new URL('../adapters/channels/vectors.json', import.meta.url)));
  const { input, expected } = vectors.find((x) => x.case === 'rfc8291_aes128gcm');
  const browser = new Browser(service, 'example');
  browser.keys.setPrivateKey(Buffer.from(input.ua_private, 'base64url'));
  browser.auth = Buffer.from(input.auth, 'base64url');
  assert.equal(browser.read(Buffer.from(expected.body, 'base64url')), input.plaintext);
});

test('fcm takes a push with the words as they are, for a token fetched once', async () => {
  const all = await Promise.all([1, 2, 3, 4, 5].map((n) => send('push', 'device-1', { extra_data: { n } })));
  assert.deepEqual(all.map((x) => [x.status, x.channel]), all.map(() => ['delivered', 'app_push']));
  assert.equal(fcm.issued, 1);
  assert.deepEqual(fcm.taken[0].notification, { title, body: content });
  assert.deepEqual(fcm.taken.map((x) => x.data.n).sort(), ['1', '2', '3', '4', '5']);
  assert.match(all[0].provider_message_id, /^projects\/test-project\/messages\//);
});

test('fcm is asked for a new token once where it refuses the old one', async () => {
  const before = fcm.issued;
  fcm.revoke();
  const story = await send('push', 'device-2');
  assert.equal(story.status, 'delivered');
  assert.equal(fcm.issued, before + 1);
});

test('fcm refuses a device that is gone and the message is dead', async () => {
  const story = await send('push', 'nobody');
  assert.deepEqual([story.status, story.error_class, story.attempts], ['dead', 'invalid_recipient', 1]);
  assert.equal(story.attempt_log[0].provider_code, 'UNREGISTERED');
});

test('fcm is asked again after an outage', async () => {
  fcm.script.push(coded(503, 'UNAVAILABLE', 'UNAVAILABLE'), { status: 500, body: { error: { code: 500, status: 'INTERNAL' } } });
  const story = await send('push', 'device-1');
  assert.deepEqual([story.status, story.attempts], ['delivered', 3]);
});

test('apns takes a push over HTTP/2 with a token that is minted once', async () => {
  const all = await Promise.all([1, 2, 3, 4, 5].map((n) => send('ios', device, { extra_data: { order: `o-${n}` } })));
  assert.ok(all.every((x) => x.status === 'delivered'));
  assert.equal(apns.tokens.size, 1);
  assert.equal(apns.sessions.size, 1);
  const [{ body, headers }] = apns.requests;
  assert.deepEqual(body.aps, { alert: { title, body: content } });
  assert.match(body.order, /^o-\d$/);
  assert.equal(`dlv-${headers['apns-id']}`, all.find((x) => x.provider_message_id === headers['apns-id']).id);
});

test('apns is told a new token once where the old one has expired', async () => {
  apns.script.push([403, 'ExpiredProviderToken']);
  const story = await send('ios', device);
  assert.deepEqual([story.status, apns.requests.at(-2).status, apns.requests.at(-1).status], ['delivered', 403, 200]);
});

test('apns refuses a device that is gone and takes the next after an outage', async () => {
  const gone = await send('ios', 'b'.repeat(64));
  assert.deepEqual([gone.status, gone.error_class], ['dead', 'invalid_recipient']);
  apns.script.push([503, 'Shutdown']);
  const story = await send('ios', device);
  assert.deepEqual([story.status, story.attempts], ['delivered', 2]);
});

test('a browser decrypts what it is sent', async () => {
  const browser = service.subscribe('one');
  const story = await send('browser', browser.subscription, { extra_data: { order: 'o-1', collapse_key: 'stock' }, priority: 'high' });
  assert.equal(story.status, 'delivered');
  const [request] = await service.count(1, (x) => x.path === '/push/one');
  const message = JSON.parse(browser.read(request.bytes));
  assert.deepEqual([message.title, message.body, message.data], [title, content, { order: 'o-1' }]);
  assert.deepEqual([request.headers.urgency, request.headers.topic], ['high', 'stock']);
  assert.ok(Number(request.headers.ttl) > 80_000);
});

test('a long push to a browser is cut with a mark', async () => {
  const browser = service.subscribe('long');
  await send('browser', browser.subscription, { content: '鸡'.repeat(3000) });
  const [request] = await service.count(1, (x) => x.path === '/push/long');
  assert.match(JSON.parse(browser.read(request.bytes)).body, /^鸡{1000,}…$/);
});

test('a subscription that is over ends the delivery', async () => {
  const browser = service.subscribe('gone');
  browser.gone = true;
  const story = await send('browser', browser.subscription);
  assert.deepEqual([story.status, story.error_class, story.attempts], ['dead', 'invalid_recipient', 1]);
});

test('a push service that says when is asked then', async () => {
  const browser = service.subscribe('busy');
  service.script.push({ status: 429, headers: { 'retry-after': '1' } });
  const story = await send('browser', browser.subscription);
  assert.deepEqual([story.status, story.attempts, story.attempt_log.length], ['delivered', 1, 2]);
});

test('jpush takes a push and refuses one for nobody', async () => {
  const story = await send('jiguang', 'rid-1', { extra_data: { order: 'o-1' } });
  assert.deepEqual([story.status, story.provider_message_id], ['delivered', '18100287008123456']);
  const body = JSON.parse(pushes()[0].text);
  assert.deepEqual([body.notification.alert, body.notification.android.title], [content, title]);
  assert.deepEqual(body.notification.android.extras, { order: 'o-1' });
  const nobody = await send('jiguang', 'rid-2');
  assert.deepEqual([nobody.status, nobody.error_class], ['dead', 'invalid_recipient']);
});

test('jpush pushes once, though the answer is lost and it is sent again', async () => {
  const before = [jpush.pushed, pushes().length];
  jpush.lost = 1;
  const story = await send('jiguang', 'rid-1');
  assert.deepEqual([story.status, story.attempts, story.attempt_log.length], ['delivered', 2, 2]);
  assert.deepEqual([jpush.pushed, pushes().length], [before[0] + 1, before[1] + 2]);
  const cids = pushes().map(({ text }) => JSON.parse(text).cid);
  assert.equal(cids.at(-1), cids.at(-2));
  assert.notEqual(cids.at(-2), cids.at(-3));
  assert.ok(cids.every((x) => x.startsWith(`${jpush.appKey}-`)));
});

test('jpush goes by a cid that the producer fetched', async () => {
  const authorization = `Basic ${Buffer.from(`${jpush.appKey}:${jpush.masterSecret}`).toString('base64')}`;
  const { cidlist } = await (await fetch(`${jpush.url}/v3/push/cid?count=1`, { headers: { authorization } })).json();
  const before = jpush.pushed;
  jpush.lost = 1;
  const story = await send('jiguang', 'rid-1', { extra_data: { cid: cidlist[0] } });
  assert.deepEqual([story.status, story.attempts], ['delivered', 2]);
  assert.equal(jpush.pushed, before + 1);
  const unknown = await send('jiguang', 'rid-1', { extra_data: { cid: `${jpush.appKey}-made-up` } });
  assert.deepEqual([unknown.status, unknown.error_class, jpush.pushed], ['dead', 'invalid_request', before + 1]);
});

test('jpush says how long its limit lasts', async () => {
  jpush.script.push({ status: 429, headers: { 'x-rate-limit-reset': '1' }, body: { error: { code: 2002, message: 'exceed' } } });
  const story = await send('jiguang', 'rid-1');
  assert.deepEqual([story.status, story.attempts, story.attempt_log.length], ['delivered', 1, 2]);
});
