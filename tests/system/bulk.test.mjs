// Many users told the same by one call: counts, a kill in the middle, failures, the end by hand.
// CARILLON_BULK_USERS says how many the two large ones have; they tell what they took.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

const bulk = '/api/v1/notifications/bulk';
const many = Number(process.env.CARILLON_BULK_USERS ?? 2000);
const atOnce = 16;
const users = (prefix, n) => Array.from({ length: n }, (_, i) => `${prefix}-${i}`);

let engine, hook;
let watch = () => {};

before(async () => {
  hook = await WebhookReceiver.start({ answer: (x) => {
    watch(x);
    return x.path === '/gone' ? 410 : 204;
  } });
  engine = await Engine.start({
    config: `
[outbound]
allow_private = ["127.0.0.0/8"]
[channels.hook]
type = "webhook"
url = "${hook.url}/in"
concurrency = ${atOnce}
[channels.own]
type = "webhook"
`,
  });
  const made = await engine.post('/api/v1/notifications/templates', { code: 'bulk.notice', language: 'zh-CN', title: 'Hello {{name}}', content: 'Told {{name}}' }, admin);
  assert.ok(made.status < 300, made.text);
});
after(async () => {
  await engine.discard();
  await hook.close();
});

const begin = (userIds, more = {}) => engine.post(bulk, { userIds, templateCode: 'bulk.notice', data: { name: 'you' }, ...more });
const read = async (id) => (await engine.get(`${bulk}/${id}`, publisher)).body;
const titled = (title) => hook.requests.filter((x) => x.body.data.title === title);

/** Waits for so many of that title from now on, however many came before. */
const arrived = (n, title) => new Promise((resolve) => {
  let left = n;
  watch = ({ body }) => { if (body.data.title === title && --left === 0) resolve(); };
});

/** Waits for its end, told live; what is told until then agrees with itself and never falls. */
async function over(id) {
  const live = await Live.open(engine, publisher, { protocol: 'carillon.v1' });
  await live.event('hello');
  let last = await read(id);
  // What was told before it was read may come after.
  for (let processed = 0; last.status === 'processing';) {
    const told = await live.event('bulk_progress');
    if (told.batchId !== id) continue;
    assert.equal(told.processedUsers, told.successCount + told.failureCount);
    assert.ok(told.processedUsers >= processed && told.processedUsers <= told.totalUsers, `${processed}: ${JSON.stringify(told)}`);
    processed = told.processedUsers;
    last = told;
  }
  await live.close();
  assert.deepEqual(await read(id), last);
  return last;
}

/** How many of them have each number of unread notifications. */
async function inboxes(of) {
  const counts = {};
  for (let i = 0; i < of.length; i += 500) {
    const page = await Promise.all(of.slice(i, i + 500).map((x) => engine.get('/api/v1/notifications/unread-count', user(x))));
    for (const { body } of page) counts[body.unread_count] = (counts[body.unread_count] ?? 0) + 1;
  }
  return counts;
}

/** The process's largest memory in KiB, and what it computed in seconds. */
function took() {
  const of = (what) => readFileSync(`/proc/${engine.child.pid}/${what}`, 'utf8');
  const [user, system] = of('stat').split(') ')[1].split(' ').slice(11, 13).map(Number);
  return { peak: Number(/VmHWM:\s+(\d+)/.exec(of('status'))[1]), cpu: (user + system) / 100 };
}

test('everyone is told once, named twice or not', async (t) => {
  const all = users('all', many);
  const before = took();
  const began = Date.now();
  const twice = many < 100_000 ? all.slice(0, 50) : [];
  const { status, body } = await begin([...all, ...twice], { channels: ['system', 'hook'] });
  assert.deepEqual([status, body.totalUsers, body.status], [202, many, 'processing']);
  const accepted = Date.now();
  const end = await over(body.batchId);
  const after = took();
  t.diagnostic(`${many} users: accepted after ${accepted - began} ms, over after ${Date.now() - began} ms, ${after.cpu - before.cpu} s computed, peak ${after.peak} KiB, before ${before.peak} KiB`);
  assert.deepEqual([end.status, end.successCount, end.failureCount, end.progress], ['completed', many, 0, 100]);
  assert.deepEqual(await inboxes(all), { 1: many });
  const sent = titled('Hello you');
  assert.deepEqual([sent.length, new Set(sent.map((x) => x.body.data.notification_id)).size], [many, many]);
  assert.equal((await engine.get(`${bulk}/${body.batchId}/failures`, publisher)).text, '');
});

test('a kill in the middle neither loses nor repeats anybody', async (t) => {
  const all = users('killed', many);
  const began = Date.now();
  const tenth = arrived(many / 10, 'Hello again');
  const { body } = await begin(all, { channels: ['system', 'hook'], data: { name: 'again' } });
  await tenth;
  await engine.kill();
  await engine.launch();
  const end = await over(body.batchId);
  t.diagnostic(`${many} users and a kill: over after ${Date.now() - began} ms, peak ${took().peak} KiB`);
  assert.deepEqual([end.status, end.totalUsers, end.processedUsers, end.successCount], ['completed', many, many, many]);
  assert.deepEqual(await inboxes(all), { 1: many });
  const attempts = new Map();
  for (const { id } of titled('Hello again')) attempts.set(id, (attempts.get(id) ?? 0) + 1);
  const repeated = [...attempts.values()].filter((x) => x > 1);
  assert.equal(attempts.size, many);
  assert.ok(repeated.length <= atOnce && repeated.every((x) => x === 2), `${repeated}`);
});

test('those whom nothing reached are listed, a line each', async () => {
  await Promise.all([0, 1, 2].map((i) => engine.put(`/api/v1/admin/recipients/lost-${i}`, { addresses: { own: `${hook.url}/${i === 0 ? 'in' : 'gone'}` } }, admin)));
  const { body } = await begin(users('lost', 120), { channels: ['own'] });
  const end = await over(body.batchId);
  assert.deepEqual([end.status, end.successCount, end.failureCount], ['completed', 1, 119]);
  const file = `${bulk}/${body.batchId}/failures`;
  const { status, headers, text } = await engine.get(file, publisher);
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^application\/x-ndjson/);
  const lines = text.trimEnd().split('\n').map((x) => JSON.parse(x));
  assert.deepEqual(lines.map((x) => x.userId), users('lost', 120).slice(1).sort());
  const why = Object.fromEntries(lines.map((x) => [x.userId, x.deliveries.map((y) => [y.channel, y.status, y.error])]));
  assert.deepEqual(why['lost-7'], [['own', 'skipped', 'no_address']]);
  assert.deepEqual(why['lost-1'][0].slice(0, 2), ['own', 'dead']);
  assert.match(why['lost-1'][0][2], /410/);

  let paged = '';
  for (let next = `${file}?limit=50`; next;) {
    const page = await engine.get(next, publisher);
    paged += page.text;
    next = /<([^>]+)>; rel="next"/.exec(page.headers.link ?? '')?.[1];
  }
  assert.equal(paged, text);
  assert.equal((await engine.get(`${file}?limit=0`, publisher)).status, 400);
});

test('whoever is told in the inbox is reached, whatever else fails', async () => {
  const { body } = await begin(users('lost', 3), { channels: ['system', 'own'] });
  const end = await over(body.batchId);
  assert.deepEqual([end.successCount, end.failureCount], [3, 0]);
  assert.equal((await engine.get(`${bulk}/${body.batchId}/failures`, publisher)).text, '');
});

test('one that is stopped sends no more', async () => {
  const { body } = await begin(users('stopped', 5000), { channels: ['hook'], data: { name: 'stop' } });
  await hook.count(20, (x) => x.body.data.title === 'Hello stop');
  const live = await Live.open(engine, publisher, { protocol: 'carillon.v1' });
  await live.event('hello');
  const stopped = await engine.delete(`${bulk}/${body.batchId}`, publisher);
  assert.deepEqual([stopped.status, stopped.body.status], [200, 'cancelled']);
  let end = stopped.body;
  while (!end.completedAt) end = await live.event('bulk_progress');
  assert.equal(end.status, 'cancelled');
  await live.close();
  // What is sent after it comes after the last of it.
  const next = await begin(users('after', 10), { channels: ['hook'], data: { name: 'after' } });
  assert.equal((await over(next.body.batchId)).successCount, 10);
  const sent = titled('Hello stop').length;
  const last = await read(body.batchId);
  assert.deepEqual([last.status, last.successCount, last.completedAt], ['cancelled', sent, end.completedAt]);
  assert.ok(sent < 5000);
  const again = await engine.delete(`${bulk}/${body.batchId}`, publisher);
  assert.deepEqual(again.body, last);
});

test('an urgent single overtakes a low bulk', async () => {
  const { body } = await begin(users('low', 2000), { channels: ['hook'], priority: 'low', data: { name: 'low' } });
  await hook.count(100, (x) => x.body.data.title === 'Hello low');
  const one = await engine.post('/api/v1/notifications', { title: 'Now', message: 'm', user_id: 'x', channels: ['hook'], priority: 'urgent' });
  assert.equal(one.status, 201);
  const before = titled('Hello low').length;
  await hook.count(1, (x) => x.body.data.title === 'Now');
  const passed = titled('Hello low').length - before;
  assert.ok(passed <= 4 * atOnce, `${passed} of the bulk came first`);
  assert.equal((await read(body.batchId)).status, 'processing');
  assert.equal((await over(body.batchId)).successCount, 2000);
});

test('only who began a bulk hears how far it is', async () => {
  const [mine, other, plain] = await Promise.all([
    Live.open(engine, publisher, { protocol: 'carillon.v1' }),
    Live.open(engine, user('somebody'), { protocol: 'carillon.v1' }),
    Live.open(engine, publisher),
  ]);
  await Promise.all([mine.event('hello'), other.event('hello')]);
  const { body } = await begin(users('heard', 300), { channels: ['system'] });
  let told;
  do told = await mine.event('bulk_progress'); while (told.batchId !== body.batchId || told.status === 'processing');
  assert.deepEqual(told, await read(body.batchId));
  await Promise.all([other.settled(), plain.settled()]);
  assert.deepEqual([other.frames, plain.frames], [[], []]);
  await Promise.all([mine, other, plain].map((x) => x.close()));
});

test('a body may be larger than others, and what cannot be is said at once', async () => {
  const large = await begin(users('x'.repeat(80), 20_000), { channels: ['system'], priority: 'low' });
  assert.deepEqual([large.status, large.body.totalUsers], [202, 20_000]);
  const stopped = await engine.delete(`${bulk}/${large.body.batchId}`, publisher);
  assert.equal(stopped.body.status, 'cancelled');
  assert.ok(stopped.body.processedUsers < 20_000);
  assert.equal((await begin(['a'], { templateCode: 'no.such' })).status, 404);
  const nowhere = await begin(['a'], { channels: ['system', 'nowhere'] });
  assert.deepEqual([nowhere.status, nowhere.body.errors[0].path], [422, '/channels/1']);
  assert.equal((await begin([], { channels: ['system'] })).status, 422);
  const nobody = await begin(['a', ''], { channels: ['system'] });
  assert.deepEqual([nobody.status, nobody.body.errors[0].path], [422, '/userIds/1']);
  const none = 'batch-00000000-0000-7000-8000-000000000000';
  for (const path of [`${bulk}/${none}`, `${bulk}/${none}/failures`, `${bulk}/none/failures`])
    assert.equal((await engine.get(path, publisher)).status, 404);
  assert.equal((await engine.post(bulk, {}, user('a'))).status, 403);
});

test('the alias and an Idempotency-Key mean the same bulk', async () => {
  const key = { 'idempotency-key': 'bulk-once' };
  const wish = { userIds: ['k1', 'k2'], templateCode: 'bulk.notice', data: { name: 'k' }, channels: ['websocket'] };
  const first = await engine.post('/notifications/bulk', wish, publisher, key);
  const second = await engine.post('/notifications/bulk', wish, publisher, key);
  assert.equal(first.status, 202);
  assert.deepEqual([second.body, second.headers['idempotency-replayed']], [first.body, 'true']);
  assert.equal((await engine.post('/notifications/bulk', { ...wish, userIds: ['k3'] }, publisher, key)).status, 422);
  assert.equal((await engine.get(`/notifications/bulk/${first.body.batchId}`, publisher)).status, 200);
  assert.equal((await over(first.body.batchId)).successCount, 2);
  assert.deepEqual(await inboxes(['k1', 'k2', 'k3']), { 1: 2, 0: 1 });
});
