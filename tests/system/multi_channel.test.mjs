// One message on several channels, whose producer waits for the first attempts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

let engine, hook, slow;
const held = [];
const answers = new Map();

before(async () => {
  hook = await WebhookReceiver.start({ answer: ({ body }) => answers.get(body.data.title) ?? 204 });
  slow = await WebhookReceiver.start({ answer: () => new Promise((resolve) => held.push(resolve)) });
  engine = await Engine.start({
    config: `
[outbound]
allow_private = ["127.0.0.0/8"]
[channels.hook]
type = "webhook"
url = "${hook.url}/in"
retry = "1h"
[channels.other]
type = "webhook"
url = "${hook.url}/other"
retry = "1h"
[channels.slow]
type = "webhook"
url = "${slow.url}/slow"
[channels.off]
type = "log"
enabled = false
`,
  });
});
after(async () => {
  held.forEach((release) => release(204));
  await engine.discard();
  await Promise.all([hook.close(), slow.close()]);
});

const path = '/api/v1/notifications/multi-channel';
const message = (title, channels, more = {}) => ({ channels, recipient: 'u-1', title, content: '您的订单已确认', ...more });
const send = (body, { query = '', headers } = {}) => engine.post(path + query, body, publisher, headers);
const row = (answer, channel) => answer.body.deliveries.find((x) => x.channel === channel);
const story = async (id) => (await engine.get(`/api/v1/admin/deliveries/${id}`, admin)).body;

test('each channel\'s first attempt decides its result', async () => {
  answers.set('订单确认', 204);
  const live = await Live.open(engine, user('u-1'));
  const answer = await send(message('订单确认', ['system', 'hook'], { extra_data: { order_id: 'order-123' }, priority: 'high' }));
  assert.equal(answer.status, 200);
  const { deliveries, ...rest } = answer.body;
  assert.deepEqual(rest, { success: true, message: '通知已发送', results: { system: true, hook: true } });
  assert.deepEqual(deliveries.map((x) => [x.channel, x.status, x.error]), [['system', 'delivered', null], ['hook', 'delivered', null]]);
  const pushed = await live.next();
  assert.deepEqual([pushed.title, pushed.message, pushed.user_id, pushed.priority, pushed.id], ['订单确认', '您的订单已确认', 'u-1', 'high', deliveries[0].id]);
  assert.deepEqual(pushed.extra_data, { order_id: 'order-123' });
  const [request] = await hook.count(1, (x) => x.body?.data.title === '订单确认');
  assert.deepEqual([request.id, request.body.data.message], [deliveries[1].id, '您的订单已确认']);
  await live.close();
});

test('a channel that is being retried is false and says why', async () => {
  answers.set('again', 503);
  const answer = await send(message('again', ['hook', 'system']));
  assert.deepEqual([answer.body.success, answer.body.results], [true, { hook: false, system: true }]);
  const { id, status, error } = row(answer, 'hook');
  assert.equal(status, 'retrying');
  assert.match(error, /503/);
  assert.deepEqual([(await story(id)).status, (await story(id)).attempts], ['retrying', 1]);
});

test('nothing that arrives is no success', async () => {
  answers.set('gone', 410);
  const answer = await send(message('gone', ['hook', 'off']));
  assert.deepEqual([answer.status, answer.body.success, answer.body.results], [200, false, { hook: false, off: false }]);
  assert.deepEqual([row(answer, 'hook').status, row(answer, 'off').status, row(answer, 'off').error], ['dead', 'skipped', 'channel_disabled']);
});

test('the wait has an end, and none means none', async () => {
  const at = Date.now();
  const answer = await send(message('slow', ['slow', 'system']), { query: '?wait=300ms' });
  assert.ok(Date.now() - at < 4000);
  assert.deepEqual(answer.body.results, { slow: false, system: true });
  assert.equal(row(answer, 'slow').status, 'delivering');
  assert.equal((await story(row(answer, 'slow').id)).status, 'delivering');
  const none = await send(message('none', ['slow']), { query: '?wait=0' });
  assert.deepEqual(none.body.results, { slow: false });
  for (const wait of ['31s', '-1s', 'long', ''])
    assert.equal((await send(message('w', ['hook']), { query: `?wait=${wait}` })).status, 400);
});

test('an object names an address for each channel', async () => {
  answers.set('own', 204);
  const answer = await send(message('own', ['system', 'hook', 'other'], { recipient: { system: 'u-7', hook: `${hook.url}/theirs` } }));
  assert.deepEqual(answer.body.results, { system: true, hook: true, other: true });
  const requests = await hook.count(2, (x) => x.body?.data.title === 'own');
  assert.deepEqual(requests.map((x) => x.path).sort(), ['/other', '/theirs']);
  assert.equal((await engine.get('/api/v1/notifications', user('u-7'))).body[0].title, 'own');
  const one = await send(message('by id', ['system'], { recipient: { user_id: 'u-8' } }));
  assert.deepEqual(one.body.results, { system: true });
  assert.equal((await engine.get('/api/v1/notifications', user('u-8'))).body[0].title, 'by id');
});

test('a robot needs no recipient, the inbox does', async () => {
  answers.set('robot', 204);
  const { recipient, ...nobody } = message('robot', ['hook']);
  assert.deepEqual((await send(nobody)).body.results, { hook: true });
  const refused = await send({ ...nobody, channels: ['system'] });
  assert.deepEqual([refused.status, refused.body.errors.map((x) => x.path)], [422, ['/recipient']]);
});

test('what breaks a rule is named, all at once', async () => {
  const refused = await send({ recipient: 7, title: '', extra_data: [], priority: 'p' });
  assert.equal(refused.status, 422);
  assert.deepEqual(refused.body.errors.map((x) => x.path).sort(), ['/channels', '/content', '/extra_data', '/priority', '/recipient', '/title']);
  const unknown = await send(message('t', ['system', 'nowhere']));
  assert.deepEqual([unknown.status, unknown.body.errors[0].path], [422, '/channels/1']);
  assert.equal((await engine.post(path, message('t', ['system']), user('u-1'))).status, 403);
});

test('a repeat at work is a conflict, later the first answer', async () => {
  const headers = { 'idempotency-key': 'once' };
  const before = slow.requests.length + held.length;
  const body = message('once', ['slow']);
  const first = send(body, { query: '?wait=20s', headers });
  while (held.length <= before) await engine.get('/livez');
  const early = await send(body, { query: '?wait=20s', headers });
  assert.equal(early.status, 409);
  held.splice(0).forEach((release) => release(204));
  const done = await first;
  assert.deepEqual(done.body.results, { slow: true });
  const again = await send(body, { query: '?wait=20s', headers });
  assert.deepEqual([again.status, again.text, again.headers['idempotency-replayed']], [200, done.text, 'true']);
  assert.equal((await send({ ...body, title: 'other' }, { query: '?wait=20s', headers })).status, 422);
});

test('a repeat after a crash is told what became of the work', async () => {
  const node = await Engine.start({ config: `[outbound]\nallow_private = ["127.0.0.0/8"]\n[channels.slow]\ntype = "webhook"\nurl = "${slow.url}/slow"\n` });
  try {
    const ask = () => node.post(`${path}?wait=20s`, message('cut off', ['slow', 'system']), publisher, { 'idempotency-key': 'cut' });
    const cut = ask().catch(() => 'cut off');
    const asked = async (n) => { while (held.length < n) await node.get('/livez'); };
    await asked(held.length + 1);
    await node.kill();
    assert.equal(await cut, 'cut off');
    const before = held.length;
    await node.launch();
    await asked(before + 1);
    assert.equal((await ask()).status, 409);
    held.splice(0).forEach((release) => release(204));
    let again = await ask();
    while (again.status === 409) again = await ask();
    assert.deepEqual([again.status, again.headers['idempotency-replayed']], [200, 'true']);
    assert.equal(again.body.success, true);
    assert.deepEqual(again.body.results, { slow: true, system: true });
    assert.deepEqual(again.body.deliveries.map((x) => x.status), ['delivered', 'delivered']);
    assert.equal((await node.get('/api/v1/notifications', user('u-1'))).body.length, 1);
  } finally {
    await node.discard();
  }
});

test('a stopping node keeps nobody waiting', async () => {
  answers.set('last', 503);
  const first = await send(message('last', ['hook']));
  assert.equal(first.body.results.hook, false);
});
