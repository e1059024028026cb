// Audiences of more than a hundred people: a bulk tells them, each once, whatever comes between.
// CARILLON_AUDIENCE says how many the largest has.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

const bulk = '/api/v1/notifications/bulk';
const people = 250;
const many = Number(process.env.CARILLON_AUDIENCE ?? 3000);
const atOnce = 16;
let engine, hook;
let watch = () => {};

before(async () => {
  hook = await WebhookReceiver.start({ answer: (x) => {
    watch(x);
    return 204;
  } });
  engine = await Engine.start({
    config: `
[outbound]
allow_private = ["127.0.0.0/8"]
[channels.own]
type = "webhook"
concurrency = ${atOnce}
[channels.board]
type = "webhook"
url = "${hook.url}/board"
[[routes]]
event = "shift.*"
channels = ["system", "own", "board"]
audience = { role = "staff" }
[[routes]]
event = "shift.*"
channels = ["own"]
audience = { role = "lead" }
[[routes]]
event = "city.*"
channels = ["own"]
audience = { role = "citizen" }
priority = "low"
[[routes]]
event = "call.*"
channels = ["own"]
[[routes]]
event = "digest.*"
channels = ["own"]
audience = { role = "staff" }
digest = "1s"
[[routes]]
event = "rare.*"
channels = ["own"]
audience = { role = "staff" }
throttle = "1/1h"
`,
  });
  await hire('staff', people, (i) => (i < 20 ? ['lead'] : []));
  await hire('citizen', many);
});
after(async () => {
  await engine.discard();
  await hook.close();
});

/** Stores so many people with the role, each with a hook of their own. */
async function hire(role, count, more = () => []) {
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ user_id: `${role}-${i}`, roles: [role, ...more(i)], addresses: { own: `${hook.url}/${role}-${i}` } }));
  const done = await engine.post('/api/v1/admin/recipients/import', `${lines.join('\n')}\n`, admin, { 'content-type': 'application/x-ndjson' });
  assert.deepEqual([done.status, done.body.imported], [200, count]);
}

const happen = async (type, more = {}, headers = {}) => {
  const told = await engine.post('/api/v1/events', { type, data: { title: type }, ...more }, publisher, headers);
  assert.equal(told.status, 202, told.text);
  return told.body;
};
const read = async (id) => (await engine.get(`${bulk}/${id}`, publisher)).body;
const sentOf = (type) => hook.requests.filter((x) => x.body.type === type);
const pathsOf = (type) => sentOf(type).map((x) => x.path).sort();
const hooksOf = (role, count) => Array.from({ length: count }, (_, i) => `/${role}-${i}`).sort();

/** Waits for so many of that type from now on. */
const arrived = (n, type) => new Promise((resolve) => {
  let left = n;
  watch = ({ body }) => { if (body.type === type && --left === 0) resolve(); };
});

/** Waits for its end, told live to whoever posted the event. */
async function over(id) {
  const live = await Live.open(engine, publisher, { protocol: 'carillon.v1' });
  await live.event('hello');
  let last = await read(id);
  while (last.status === 'processing') {
    const told = await live.event('bulk_progress');
    if (told.batchId === id) last = told;
  }
  await live.close();
  return read(id);
}

test('each of them is told once, on each channel by the first route', async () => {
  const told = await happen('shift.open', { entity_id: 's1' });
  assert.equal(told.status, 'accepted');
  assert.match(told.batch_id, /^batch-/);
  // The inbox and the channel that is an address itself are told at once, and so are the few leads.
  const here = told.deliveries.map((x) => x.channel).sort();
  assert.deepEqual(here, ['board', ...Array(20).fill('own'), 'system']);
  const end = await over(told.batch_id);
  assert.deepEqual([end.status, end.totalUsers, end.successCount, end.failureCount, end.progress], ['completed', people, people, 0, 100]);
  assert.deepEqual(pathsOf('shift.open'), ['/board', ...hooksOf('staff', people)].sort());
  assert.equal((await engine.get(`${bulk}/${told.batch_id}/failures`, publisher)).text, '');

  const story = (await engine.get(`/api/v1/admin/events/${told.event_id}`)).body;
  assert.deepEqual([story.batch.batchId, story.batch.status, story.deliveries.length], [told.batch_id, 'completed', people + 1]);
  const few = await happen('call.one', { recipients: ['staff-1'] });
  assert.equal(few.batch_id, undefined);
  assert.equal((await engine.get(`/api/v1/admin/events/${few.event_id}`)).body.batch, undefined);
});

test('the same event again begins no second bulk', async () => {
  const again = await happen('shift.open', { entity_id: 's1' });
  assert.deepEqual([again.status, again.batch_id], ['duplicate', undefined]);
  const key = { 'idempotency-key': 'shift-2' };
  const first = await happen('shift.close', {}, key);
  const second = await happen('shift.close', {}, key);
  assert.deepEqual(second, first);
  assert.equal((await over(first.batch_id)).successCount, people);
  assert.equal(pathsOf('shift.close').length, people + 1);
  assert.equal(pathsOf('shift.open').length, people + 1);
});

test('people who are named are as many as they like', async () => {
  const names = [...hooksOf('staff', 150).map((x) => x.slice(1)), ...Array.from({ length: 60 }, (_, i) => `${hook.url}/guest-${i}`)];
  const told = await happen('call.all', { recipients: names, entity_id: 'c1' });
  assert.deepEqual(told.deliveries, []);
  const end = await over(told.batch_id);
  assert.deepEqual([end.status, end.totalUsers, end.successCount], ['completed', 210, 210]);
  assert.deepEqual(pathsOf('call.all'), [...hooksOf('staff', 150), ...hooksOf('guest', 60)].sort());
  assert.equal((await happen('call.all', { recipients: names, entity_id: 'c1' })).status, 'duplicate');
});

test('a kill in the middle of thousands neither loses nor repeats anybody', async (t) => {
  const began = Date.now();
  const some = arrived(many / 20, 'city.alarm');
  const told = await happen('city.alarm');
  t.diagnostic(`${many} people: accepted after ${Date.now() - began} ms`);
  await some;
  await engine.kill();
  await engine.launch();
  const end = await over(told.batch_id);
  t.diagnostic(`over after ${Date.now() - began} ms`);
  assert.deepEqual([end.status, end.totalUsers, end.successCount], ['completed', many, many]);
  const attempts = new Map();
  for (const { id } of sentOf('city.alarm')) attempts.set(id, (attempts.get(id) ?? 0) + 1);
  assert.deepEqual([...new Set(pathsOf('city.alarm'))], hooksOf('citizen', many));
  assert.equal(attempts.size, many);
  const repeated = [...attempts.values()].filter((x) => x > 1);
  assert.ok(repeated.length <= atOnce && repeated.every((x) => x === 2), `${repeated}`);
  const story = (await engine.get(`/api/v1/admin/events/${told.event_id}`)).body;
  assert.deepEqual([story.batch.totalUsers, story.deliveries.length], [many, 1000]);
});

test('one that is stopped sends no more, and an urgent one overtakes it', async () => {
  const some = arrived(100, 'city.news');
  const told = await happen('city.news');
  await some;
  const urgent = arrived(1, 'call.now');
  const before = sentOf('city.news').length;
  await happen('call.now', { recipients: ['staff-7'], priority: 'urgent' });
  await urgent;
  const passed = sentOf('city.news').length - before;
  assert.ok(passed <= 4 * atOnce, `${passed} came first`);
  const live = await Live.open(engine, publisher, { protocol: 'carillon.v1' });
  await live.event('hello');
  const stopped = await engine.delete(`${bulk}/${told.batch_id}`, publisher);
  assert.deepEqual([stopped.status, stopped.body.status], [200, 'cancelled']);
  let end = stopped.body;
  while (!end.completedAt) {
    const next = await live.event('bulk_progress');
    if (next.batchId === told.batch_id) end = next;
  }
  await live.close();
  const last = arrived(1, 'call.last');
  await happen('call.last', { recipients: ['staff-8'] });
  await last;
  const sent = sentOf('city.news').length;
  assert.ok(sent < many, `${sent}`);
  assert.equal((await read(told.batch_id)).status, 'cancelled');
});

test('a digest collects for each of them, and a throttle counts for each', async () => {
  const first = await happen('digest.news', { data: { title: 'one' } });
  await happen('digest.news', { data: { title: 'two' } });
  assert.equal((await over(first.batch_id)).status, 'completed');
  await hook.count(people, (x) => x.body.type === 'digest.news');
  assert.deepEqual(pathsOf('digest.news'), hooksOf('staff', people));
  for (const n of [1, 2]) {
    const told = await happen('rare.news', { data: { n } });
    const end = await over(told.batch_id);
    assert.deepEqual([end.processedUsers, end.successCount], [people, n === 1 ? people : 0]);
    assert.deepEqual(pathsOf('rare.news'), hooksOf('staff', people));
  }
});

test('a dry run says that a bulk would tell them', async () => {
  const { status, body } = await engine.post('/api/v1/admin/routes/dry-run', { type: 'city.plan', data: {} }, admin);
  assert.equal(status, 200);
  assert.deepEqual(body.deliveries, [{ channel: 'own', recipient: null, status: 'pending', reason: 'bulk' }]);
});

test('a notification tells the people of a small role, and says where there are too many', async () => {
  const post = (body) => engine.post('/api/v1/notifications', { title: 'rota', message: 'm', channels: ['system', 'own'], ...body }, publisher);
  const sent = async (id) => (await engine.get(`/api/v1/admin/deliveries?channel=own&limit=100`)).body.items.filter((x) => x.notification_id === id);
  const leads = await post({ role: 'lead' });
  assert.equal(leads.status, 201);
  await hook.count(20, (x) => x.body.type === 'notification');
  assert.deepEqual(pathsOf('notification'), hooksOf('staff', 20));
  assert.equal((await sent(leads.body.id)).length, 20);
  const staff = await post({ role: 'staff' });
  const left = (await sent(staff.body.id)).map((x) => [x.status, x.reason]);
  assert.equal(left.length, 1);
  assert.deepEqual(left[0], ['skipped', 'audience_too_large']);
});
