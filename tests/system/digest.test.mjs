// Digests: what happens to a recipient within a time is told by one message, once, whatever is killed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

let engine, hook;
before(async () => {
  hook = await WebhookReceiver.start();
  engine = await Engine.start({ server: 'request_limit_per_minute = 0', config: `
[channels.hook]
type = "webhook"
url = "${hook.url}/in"
[[routes]]
event = "order.*"
channels = ["hook"]
template = "orders"
digest = "3s"
[[routes]]
event = "note.*"
channels = ["system"]
digest = "3s"
[[routes]]
event = "slow"
channels = ["system"]
digest = "1h"
[[routes]]
event = "mixed"
channels = ["hook", "system"]
digest = "3s"
throttle = "1/1h"
` });
  const made = await engine.post('/api/v1/notifications/templates', {
    code: 'orders', language: 'zh-CN', enabled: true, title: '{{count}} orders', content: '{{#each events}}[{{order_no}} {{this.data.order_no}} {{type}}]{{/each}}',
  }, admin);
  assert.equal(made.status, 201);
});
after(async () => {
  await engine.discard();
  await hook.close();
});

const post = async (event) => (await engine.post('/api/v1/events', { data: {}, ...event }, publisher)).body;
const story = async ({ event_id }) => (await engine.get(`/api/v1/admin/events/${event_id}`)).body;
const shown = (x) => [x.channel, x.status, x.reason];
const inbox = async (who) => (await engine.get('/api/v1/notifications?limit=100', user(who))).body;

test('a recipient hears of all by one message with their number and each of them', async () => {
  const told = [];
  for (const n of [1, 2, 3]) told.push(await post({ type: `order.n${n}`, recipient: 'anna', data: { order_no: `A${n}` } }));
  const other = await post({ type: 'order.n1', recipient: 'bert', data: { order_no: 'B1' } });
  const [first] = told[0].deliveries;
  for (const one of told) {
    assert.equal(one.status, 'accepted');
    assert.deepEqual(one.deliveries.map(shown), [['hook', 'pending', 'digest']]);
    assert.deepEqual([one.deliveries[0].id, one.deliveries[0].next_attempt_at, one.deliveries[0].event_id], [first.id, first.next_attempt_at, one.event_id]);
  }
  assert.notEqual(other.deliveries[0].id, first.id);
  const wait = Date.parse(first.next_attempt_at) - Date.parse(first.created_at);
  assert.equal(wait, 3000);
  assert.deepEqual((await story(told[2])).deliveries.map((x) => [x.id, x.status, x.reason]), [[first.id, 'pending', 'digest']]);

  const [sent] = await hook.count(1, (x) => x.id === first.id);
  assert.ok(sent.at >= Date.parse(first.next_attempt_at));
  assert.equal(sent.body.type, 'order.n3');
  const { title, message, data, event_id } = sent.body.data;
  assert.deepEqual([title, message], ['3 orders', '[A1 A1 order.n1][A2 A2 order.n2][A3 A3 order.n3]']);
  assert.deepEqual([data.count, data.order_no, data.events.map((x) => x.order_no)], [3, 'A3', ['A1', 'A2', 'A3']]);
  assert.equal(event_id, told[2].event_id);
  await hook.count(1, (x) => x.id === other.deliveries[0].id);
  assert.equal(hook.requests.length, 2);
  for (const one of told) {
    let now;
    do now = (await story(one)).deliveries; while (now[0].status !== 'delivered');
    assert.deepEqual(now.map((x) => [x.id, x.channel, x.reason]), [[first.id, 'hook', null]]);
  }
  const next = await post({ type: 'order.n4', recipient: 'anna', data: { order_no: 'A4' } });
  assert.notEqual(next.deliveries[0].id, first.id);
  const [last] = await hook.count(1, (x) => x.id === next.deliveries[0].id);
  assert.equal(last.body.data.title, '1 orders');
});

test('the inbox shows one row, pushed when the digest is over', async () => {
  const live = await Live.open(engine, user('carl'));
  const told = [];
  for (const n of [1, 2]) told.push(await post({ type: 'note.x', recipient: 'carl', data: { title: `T${n}`, message: `m${n}` } }));
  assert.deepEqual(await inbox('carl'), []);
  const pushed = await live.next();
  assert.deepEqual([pushed.title, pushed.message, pushed.extra_data.count], ['T2 (2)', 'm1\nm2', 2]);
  assert.deepEqual((await inbox('carl')).map((x) => x.id), [pushed.id]);
  for (const one of told) {
    const { deliveries, notifications } = await story(one);
    assert.deepEqual([deliveries, notifications.map((x) => x.id)], [[], [pushed.id]]);
  }
  await live.close();
});

test('an event that is locked is not collected', async () => {
  const first = await post({ type: 'slow', entity_id: 'e', recipient: 'dora' });
  const again = await post({ type: 'slow', entity_id: 'e', recipient: 'dora' });
  assert.deepEqual([again.status, again.event_id, again.deliveries], ['duplicate', first.event_id, []]);
  const other = await post({ type: 'slow', entity_id: 'f', recipient: 'dora' });
  assert.equal(other.deliveries[0].id, first.deliveries[0].id);
});

test('an operator ends a digest at once or drops it', async () => {
  const live = await Live.open(engine, user('emil'));
  const [waits] = (await post({ type: 'slow', recipient: 'emil', data: { title: 'now', message: 'm' } })).deliveries;
  const listed = (await engine.get('/api/v1/admin/deliveries?status=pending&recipient=emil')).body.items;
  assert.deepEqual(listed.map((x) => [x.id, x.reason]), [[waits.id, 'digest']]);
  assert.equal((await engine.post(`/api/v1/admin/deliveries/${waits.id}/retry`, undefined, admin)).status, 200);
  assert.equal((await live.next()).title, 'now');
  const [drops] = (await post({ type: 'slow', recipient: 'emil' })).deliveries;
  const { body } = await engine.post(`/api/v1/admin/deliveries/${drops.id}/cancel`, undefined, admin);
  assert.equal(body.status, 'cancelled');
  const [next] = (await post({ type: 'slow', recipient: 'emil' })).deliveries;
  assert.notEqual(next.id, drops.id);
  assert.equal((await inbox('emil')).length, 1);
  await live.close();
});

test('a throttle counts messages, not what is in them', async () => {
  const live = await Live.open(engine, user('fred'));
  const round = async () => {
    const all = [];
    for (let i = 0; i < 3; ++i) all.push(await post({ type: 'mixed', recipient: 'fred', data: { title: 'T', message: 'm' } }));
    return all;
  };
  const first = await round();
  assert.ok(first.every((x) => x.deliveries.every((y) => y.reason === 'digest')));
  assert.equal((await live.next()).title, 'T (3)');
  const [sent] = await hook.count(1, (x) => x.id === first[0].deliveries[0].id);
  assert.equal(sent.body.data.title, 'T (3)');
  const second = await round();
  let rows;
  do rows = (await story(second[0])).deliveries; while (rows.some((x) => x.status === 'pending'));
  assert.deepEqual(rows.map(shown).sort(), [['hook', 'skipped', 'throttled'], ['system', 'skipped', 'throttled']]);
  assert.equal((await inbox('fred')).length, 1);
  await live.close();
});

test('a route switched off meanwhile keeps the message back, one that is gone does not', async () => {
  const put = (...routes) => engine.put('/api/v1/admin/routes', { routes }, admin);
  const off = { name: 'off', event: 'api.off', channels: ['system'], digest: '2s' };
  const gone = { name: 'gone', event: 'api.gone', channels: ['system'], digest: '2s' };
  assert.equal((await put(off, gone)).body.items.find((x) => x.name === 'off').digest, '2s');
  const live = await Live.open(engine, user('gina'));
  const kept = await post({ type: 'api.off', recipient: 'gina', data: { title: 'off' } });
  await post({ type: 'api.gone', recipient: 'gina', data: { title: 'gone' } });
  await put({ ...off, enabled: false });
  assert.equal((await live.next()).title, 'gone');
  let rows;
  do rows = (await story(kept)).deliveries; while (rows[0].status === 'pending');
  assert.deepEqual(rows.map(shown), [['system', 'skipped', 'route_disabled']]);
  assert.equal((await put({ ...off, digest: '8d' })).status, 422);
  await put();
  await live.close();
});

test('kills while digests are collected and told lose none and double none', async () => {
  const users = Array.from({ length: 40 }, (_, i) => `u${i}`);
  const counted = new Map();
  for (let round = 0; round < 3; ++round) {
    // Opened first: on a slow machine some ends come before the last of these events.
    const live = await Live.open(engine, user(users[13 * round]));
    for (const who of users) {
      await post({ type: 'note.kill', recipient: who, data: { title: who, message: `${round}` } });
      counted.set(who, (counted.get(who) ?? 0) + 1);
    }
    // The first ends come three seconds after the first events: each kill meets others of them.
    if (round > 0) await live.next();
    await engine.kill();
    await live.closed;
    await engine.launch();
  }
  const told = async (who) => (await inbox(who)).reduce((sum, x) => sum + x.extra_data.count, 0);
  for (const who of users)
    while (await told(who) < counted.get(who));
  for (const who of users) assert.equal(await told(who), counted.get(who));
});
