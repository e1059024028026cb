// Deliveries that die on their channel go on along their chain, and refused credentials stop a
// channel without losing what waits.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, secret as jwtSecret } from './harness/engine.mjs';
import { DingtalkRobot, WebhookReceiver } from './harness/receiver.mjs';

const robotSecret = 'SEC9f3c1a7b2e6d4508c9a1f0e3b7d6254a8c0f1e2d3b4a59687766554433221100';
let engine, first, second, third, robot;

before(async () => {
  first = await WebhookReceiver.start({ answer: () => 503 });
  second = await WebhookReceiver.start({ answer: () => 410 });
  third = await WebhookReceiver.start();
  robot = await DingtalkRobot.start({ secret: robotSecret, limit: 1000 });
  const hook = (name, receiver, more = '') => `
[channels.${name}]
type = "webhook"
url = "${receiver.url}/${name}"
retry = "50ms,50ms"
${more}`;
  const group = (name, token, more = '') => `
[channels.${name}]
type = "dingtalk"
webhook_url = "${robot.url}/robot/send?access_token=${token}"
secret = "${robotSecret}"
rate = "off"
concurrency = 1
${more}`;
  engine = await Engine.start({
    config: `
${hook('first', first, 'failover = ["second", "third"]')}
${hook('second', second)}
${hook('third', third)}
${group('refused', 'an-old-token')}
${group('replaced', 'another-old-token', 'failover = ["third"]')}
[[routes]]
event = "order.*"
channels = ["first"]
[[routes]]
event = "resume.*"
channels = ["refused"]
[[routes]]
event = "stock.*"
channels = ["replaced"]
`,
  });
});
after(async () => {
  await engine.discard();
  await Promise.all([first, second, third, robot].map((x) => x.close()));
});

const post = (type, data = {}) => engine.post('/api/v1/events', { type, data }, publisher);
const delivery = async (id) => (await engine.get(`/api/v1/admin/deliveries/${id}`)).body;

/** Asks until the delivery is final: its end has no event of its own outside. */
async function final(id) {
  for (;;) {
    const found = await delivery(id);
    if (!['pending', 'delivering', 'retrying'].includes(found.status)) return found;
  }
}

test('a chain of backups is one story, in the log too', async () => {
  const { body } = await post('order.paid', { order: 'o-1' });
  const [taken] = await third.count(1, (x) => x.body?.data.data.order === 'o-1');
  const [dead] = await Promise.all(body.deliveries.map((x) => final(x.id)));
  const next = await final(dead.failed_over_to);
  const last = await final(next.failed_over_to);
  assert.deepEqual([dead.channel, dead.status, dead.error_class, dead.attempts], ['first', 'dead', 'transient', 3]);
  assert.deepEqual([next.channel, next.status, next.error_class, next.attempts], ['second', 'dead', 'invalid_recipient', 1]);
  assert.deepEqual([last.channel, last.status, last.id], ['third', 'delivered', taken.id]);
  assert.deepEqual([dead.failover_of, next.failover_of, last.failover_of], [null, dead.id, next.id]);
  assert.equal(last.failed_over_to, null);
  assert.equal(new Set([dead, next, last].map((x) => x.event_id)).size, 1);
  const said = await engine.logged(new RegExp(`[^\\n]*${dead.id} died on channel first[^\\n]*`));
  assert.match(said[0], /"warn/);
  assert.match(said[0], new RegExp(`channel second, takes over as ${next.id}`));
  await engine.logged(new RegExp(`${next.id} died on channel second[^\\n]*channel third, takes over as ${last.id}`));
});

test('refused credentials end the delivery that finds out, and those behind it wait', async () => {
  const found = await post('resume.parsed', { n: 0 });
  const dead = await final(found.body.deliveries[0].id);
  assert.deepEqual([dead.status, dead.error_class, dead.attempts], ['dead', 'invalid_credentials', 1]);
  await engine.logged(/channel refused: its credentials were refused/);
  const asked = robot.requests.length;
  const waiting = (await post('resume.parsed', { n: 1 })).body.deliveries[0].id;
  // Another channel of the same engine delivers meanwhile; this one does not move.
  await post('order.paid', { order: 'o-2' });
  await third.count(1, (x) => x.body?.data.data.order === 'o-2');
  assert.equal((await delivery(waiting)).status, 'pending');
  assert.equal(robot.requests.length, asked);
});

test('behind refused credentials a backup takes over at once', async () => {
  const orders = ['s-1', 's-2', 's-3'];
  const posted = [];
  for (const order of orders) posted.push((await post('stock.low', { order })).body.deliveries[0].id);
  await third.count(3, (x) => orders.includes(x.body?.data.data.order));
  const ends = await Promise.all(posted.map(final));
  assert.ok(ends.every((x) => x.status === 'dead' && x.error_class === 'invalid_credentials' && x.failed_over_to));
  assert.equal(ends.filter((x) => x.attempts > 0).length, 1);
});

test('behind refused credentials the backup of a route takes over, and what has none waits', async (t) => {
  const backup = await WebhookReceiver.start();
  const crowded = await Engine.start({
    auth: `jwt_secret = "${jwtSecret}"\nmaster_key = "${randomBytes(32).toString('base64')}"`,
    config: `
[outbound]
allow_private = ["127.0.0.0/8"]
[channels.backup]
type = "webhook"
url = "${backup.url}"
[channels.keyed]
type = "dingtalk"
webhook_url = "${robot.url}/robot/send?access_token=a-third-old-token"
secret = "${robotSecret}"
rate = "off"
concurrency = 1
[[routes]]
event = "bare.*"
channels = ["keyed"]
[[routes]]
event = "backed.*"
channels = ["keyed"]
failover = ["backup"]
`,
  });
  t.after(() => Promise.all([crowded.discard(), backup.close()]));
  const keyed = '/api/v1/admin/channels/keyed';
  const told = (x, key) => x.body?.data.data[key] !== undefined;
  const send = (type, n, key = type) => Promise.all(Array.from({ length: n }, async (_, i) => {
    const { body } = await crowded.post('/api/v1/events', { type: `${type}.one`, data: { [key]: `${key} ${i}` } }, publisher);
    return body.deliveries[0].id;
  }));
  const ends = (ids) => Promise.all(ids.map(async (id) => (await crowded.get(`/api/v1/admin/deliveries/${id}`)).body));
  const asked = robot.requests.length;

  // More than a sender takes at a time wait without a backup before those that have one.
  await crowded.post(`${keyed}/pause`, undefined, admin);
  const [finder] = await send('bare', 1, 'first');
  const bare = await send('bare', 40);
  const backed = await send('backed', 40);
  await crowded.post(`${keyed}/resume`, undefined, admin);
  await backup.count(40, (x) => told(x, 'backed'));
  assert.equal((await ends([finder]))[0].error_class, 'invalid_credentials');
  for (const x of await ends(backed))
    assert.deepEqual([x.status, x.error_class, x.attempts, Boolean(x.failed_over_to)], ['dead', 'invalid_credentials', 0, true]);

  // So does what comes later, over a crash too.
  const later = await send('backed', 5, 'later');
  await backup.count(5, (x) => told(x, 'later'));
  later.push(...await send('backed', 25, 'crash'));
  bare.push(...await send('bare', 5, 'unlucky'));
  await crowded.kill();
  await crowded.launch();
  await backup.count(25, (x) => told(x, 'crash'));
  await send('backed', 1, 'last');
  await backup.count(1, (x) => told(x, 'last'));
  assert.equal((await crowded.get(keyed)).body.state, 'broken');
  assert.ok((await ends(bare)).every((x) => x.status === 'pending' && x.attempts === 0));
  assert.ok(backup.requests.every((x) => !told(x, 'bare') && !told(x, 'unlucky') && !told(x, 'first')));
  assert.equal(robot.requests.length, asked + 1);

  const mended = await crowded.put(keyed, { webhook_url: robot.webhook }, admin);
  assert.equal(mended.body.state, 'active', mended.text);
  await robot.count(45, (x) => /(bare|unlucky)/.test(x.text) && x.verdict.errcode === 0);
  assert.equal(robot.requests.length, asked + 46);
});
