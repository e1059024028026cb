// The client where no WebSocket gets through.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Engine, user } from '../system/harness/engine.mjs';
import { Gate } from './harness/gate.mjs';
import { listen } from './harness/heard.mjs';

const limit = { timeout: 60_000 };
const isUpgrade = (x) => x.upgrade;
const isPoll = (x) => x.path.startsWith('/api/v1/notifications?is_read=false');
let engine;
let gate;
const create = async (user_id) => (await engine.post('/api/v1/notifications', { title: 't', message: 'm', user_id })).body;

before(async () => { engine = await Engine.start(); });
after(() => engine.discard());
beforeEach(async () => { gate = await Gate.open(engine); });
afterEach(() => gate.close());

async function refused(sub, options) {
  gate.refuse();
  const heard = listen(gate.url, user(sub), options);
  heard.client.connect();
  await heard.state('polling');
  return heard;
}

test('polling begins after three tries to reconnect and ends with the return to the socket', limit, async () => {
  const heard = listen(gate.url, user('alice'));
  heard.client.connect();
  await heard.count('hello', 1);
  const first = await create('alice');
  await heard.count('notification', 1);
  gate.refuse();
  await heard.state('polling');
  assert.equal(gate.requests.filter(isUpgrade).length, 1 + 3);
  const polled = [await create('alice'), await create('alice')];
  await heard.count('notification', 3);
  assert.equal(heard.client.state, 'polling');
  await heard.until(() => heard.of('unread_count').at(-1).unread_count === 3);
  gate.admit();
  await heard.state('open');
  const since = new URL(gate.requests.filter(isUpgrade).at(-1).path, gate.url).searchParams.get('since');
  assert.equal(since, String(polled[1].seq));
  const last = await create('alice');
  await heard.count('notification', 4);
  assert.deepEqual(heard.ids, [first, ...polled, last].map((x) => x.id));
  assert.deepEqual(heard.states, ['connecting', 'open', 'connecting', 'polling', 'open']);
});

test('a client that never had a socket begins with what comes after it', limit, async () => {
  await create('bob');
  const heard = await refused('bob');
  await heard.count('unread_count', 1);
  assert.deepEqual([heard.ids, heard.of('unread_count')[0]], [[], { unread_count: 1 }]);
  const made = await create('bob');
  await heard.count('notification', 1);
  assert.deepEqual(heard.ids, [made.id]);
});

test('more than a page of news comes in order', limit, async () => {
  const heard = await refused('carol', { pollInterval: 300 });
  await heard.count('unread_count', 1);
  const made = [];
  for (let i = 0; i < 250; i += 50) made.push(...await Promise.all(Array.from({ length: 50 }, () => create('carol'))));
  await heard.count('notification', 250);
  assert.deepEqual(heard.ids, made.sort((a, b) => a.seq - b.seq).map((x) => x.id));
});

test('a poll that is refused waits as long as it is told to', limit, async () => {
  const heard = await refused('dave', { pollInterval: 50 });
  await heard.count('unread_count', 1);
  gate.answerOnce(isPoll, { status: 429, headers: { 'retry-after': '2' } });
  const [error] = await heard.count('error', 1);
  assert.deepEqual([error.code, error.status, error.retryAfter], ['rate_limited', 429, 2000]);
  const refusedAt = gate.requests.filter(isPoll).at(-1).at;
  const seen = gate.requests.length;
  await gate.count(seen + 1, () => true);
  assert.ok(gate.requests[seen].at - refusedAt >= 1990);
});

test('what another device reads or deletes is told while polling', limit, async () => {
  const heard = await refused('grace');
  await heard.count('unread_count', 1);
  const made = [await create('grace'), await create('grace'), await create('grace')];
  await heard.count('notification', 3);
  await engine.put(`/api/v1/notifications/${made[0].id}/read`, undefined, user('grace'));
  assert.deepEqual(await heard.next('notification:sync'), { ids: [made[0].id], is_read: true });
  await engine.delete(`/api/v1/notifications/${made[1].id}`, user('grace'));
  assert.deepEqual(await heard.next('notification:sync'), { ids: [made[1].id], deleted: true });
  await heard.client.read(made[2].id);
  const polls = gate.requests.filter(isPoll).length;
  await gate.count(polls + 2, isPoll);
  assert.equal(heard.of('notification:sync').length, 2, 'nothing is told of its own reads');
});

test('what was marked between the last poll and the return to the socket is told', limit, async () => {
  const heard = await refused('heidi');
  await heard.count('unread_count', 1);
  const made = await create('heidi');
  await heard.count('notification', 1);
  gate.holdOnce(isPoll);
  await gate.count(gate.requests.filter(isPoll).length + 1, isPoll);
  gate.admit();
  await engine.put(`/api/v1/notifications/${made.id}/read`, undefined, user('heidi'));
  assert.deepEqual(await heard.next('notification:sync'), { ids: [made.id], is_read: true });
  assert.equal(heard.client.state, 'open');
});

test('what another device has read already is heard all the same, as read', limit, async () => {
  const heard = await refused('ivan', { pollInterval: 300 });
  await heard.count('unread_count', 1);
  gate.holdOnce(isPoll);
  await gate.count(gate.requests.filter(isPoll).length + 1, isPoll);
  const made = [await create('ivan'), await create('ivan')];
  await engine.put(`/api/v1/notifications/${made[0].id}/read`, undefined, user('ivan'));
  const told = await heard.count('notification', 2);
  assert.deepEqual(told.map((x) => [x.id, x.is_read]), [[made[0].id, true], [made[1].id, false]]);
});

test('what the user\'s preferences suppress is passed over while polling', limit, async () => {
  await engine.put('/api/v1/preferences', { rules: [{ source: 'quiet', enabled: false }] }, user('judy'));
  const heard = await refused('judy');
  await heard.count('unread_count', 1);
  const body = { title: 't', message: 'm', user_id: 'judy' };
  const hidden = (await engine.post('/api/v1/notifications', { ...body, source: 'quiet' })).body;
  await heard.until(() => heard.client.seq >= hidden.seq);
  const shown = await create('judy');
  await heard.count('notification', 1);
  assert.deepEqual(heard.ids, [shown.id]);
});

test('reading works while polling', limit, async () => {
  const heard = await refused('erin');
  await heard.count('unread_count', 1);
  const made = [await create('erin'), await create('erin'), await create('erin')];
  await heard.count('notification', 3);
  await heard.client.read(made[0].id);
  assert.equal(heard.of('unread_count').at(-1).unread_count, 2);
  await assert.rejects(heard.client.read('notif-00000000-0000-7000-8000-000000000000'), (x) => x.code === 'not_found' && x.status === 404);
  await heard.client.readAll();
  assert.equal(heard.of('unread_count').at(-1).unread_count, 0);
  assert.equal((await engine.get(`/api/v1/notifications/${made[0].id}`, user('erin'))).body.is_read, true);
});

test('a command whose connection ends before the answer goes over HTTP', limit, async () => {
  const heard = listen(gate.url, user('frank'));
  heard.client.connect();
  await heard.count('hello', 1);
  const made = await create('frank');
  await heard.count('notification', 1);
  const reading = heard.client.read(made.id);
  gate.refuse();
  await reading;
  assert.equal((await engine.get(`/api/v1/notifications/${made.id}`, user('frank'))).body.is_read, true);
});
