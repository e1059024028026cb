// The client on a socket of the real engine.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, user } from '../system/harness/engine.mjs';
import { listen } from './harness/heard.mjs';

const limit = { timeout: 60_000 };
let engine;
const create = async (body) => (await engine.post('/api/v1/notifications', { title: 't', message: 'm', ...body })).body;

async function open(token, options) {
  const heard = listen(engine.url, token, options);
  heard.client.connect();
  await heard.count('hello', 1);
  return heard;
}

before(async () => { engine = await Engine.start({ server: 'max_connections_per_user = 3' }); });
after(() => engine.discard());

test('what is created is heard at once, whole and in order', limit, async () => {
  const heard = await open(user('alice', { role: 'cook' }));
  const made = [];
  for (const to of [{ user_id: 'alice' }, { role: 'cook' }, {}, { user_id: 'alice', extra_data: { table: 7 } }])
    made.push(await create(to));
  assert.deepEqual(await heard.count('notification', 4), made);
  assert.equal(heard.client.seq, made.at(-1).seq);
  assert.deepEqual(heard.states, ['connecting', 'open']);
  heard.client.close();
  assert.equal(heard.client.state, 'closed');
});

test('a read on one client shows on another', limit, async () => {
  const [reader, other] = [await open(user('bob')), await open(user('bob'))];
  const made = [await create({ user_id: 'bob' }), await create({ user_id: 'bob' })];
  const unread = reader.of('unread_count')[0].unread_count + 2;
  await Promise.all([reader.count('notification', 2), other.count('notification', 2)]);
  const shown = other.next('notification:sync');
  await reader.client.read(made[0].id);
  assert.equal(reader.of('notification:read:ack')[0].notificationId, made[0].id);
  const sync = await shown;
  assert.deepEqual([sync.ids, sync.is_read], [[made[0].id], true]);
  assert.ok(await other.until(() => other.of('unread_count').at(-1).unread_count === unread - 1));
  const all = other.next('notification:sync');
  await reader.client.readAll();
  const marked = await all;
  assert.deepEqual([marked.is_read, marked.ids.includes(made[1].id)], [true, true]);
  assert.ok(await other.until(() => other.of('unread_count').at(-1).unread_count === 0));
  assert.equal((await engine.get('/api/v1/notifications/unread-count', user('bob'))).body.unread_count, 0);
});

test('who begins a bulk hears of its end', limit, async () => {
  const token = user('sender', { scope: 'publish' });
  await engine.post('/api/v1/notifications/templates', { code: 'greeting', language: 'zh-CN', title: 't', content: 'c' }, admin);
  const heard = await open(token);
  const { body } = await engine.post('/api/v1/notifications/bulk', { userIds: ['dora', 'emil'], templateCode: 'greeting', channels: ['system'] }, token);
  assert.ok(await heard.until(() => heard.of('bulk_progress').at(-1)?.status === 'completed'));
  const { batchId, successCount } = heard.of('bulk_progress').at(-1);
  assert.deepEqual([batchId, successCount], [body.batchId, 2]);
});

test('commands are answered each by its own answer', limit, async () => {
  const heard = await open(user('carol'));
  const made = await Promise.all(Array.from({ length: 20 }, () => create({ user_id: 'carol' })));
  const unknown = 'notif-00000000-0000-7000-8000-000000000000';
  const asked = [...made.slice(0, 10).map((x) => x.id), unknown, ...made.slice(10).map((x) => x.id)];
  const outcomes = await Promise.allSettled([...asked.map((x) => heard.client.read(x)), heard.client.readAll()]);
  assert.deepEqual(outcomes.map((x) => x.reason?.code), [...asked.map((x) => (x === unknown ? 'not_found' : undefined)), undefined]);
  assert.deepEqual(heard.of('error'), []);
  heard.client.close();
  await assert.rejects(heard.client.read(made[0].id), (x) => x.code === 'closed');
});

test('presence is subscribed to, again after a reconnect, and refused aloud', limit, async () => {
  const watcher = listen(engine.url, admin);
  watcher.client.subscribe('presence');
  watcher.client.connect();
  await watcher.count('hello', 1);
  await watcher.client.readAll(); // the engine has worked off what was sent before it
  const guest = await open(user('guest-1'));
  await watcher.until(() => watcher.of('user:online').some((x) => x.userId === 'guest-1'));
  watcher.client.close();
  watcher.client.connect();
  await watcher.count('hello', 2);
  await watcher.client.readAll();
  await open(user('guest-2'));
  await watcher.until(() => watcher.of('user:online').some((x) => x.userId === 'guest-2'));
  guest.client.subscribe('presence');
  assert.equal((await guest.count('error', 1))[0].code, 'forbidden');
  assert.equal(guest.client.state, 'open');
});

test('one connection too many stops the client with an error', limit, async () => {
  await Promise.all([open(user('dave')), open(user('dave')), open(user('dave'))]);
  const fourth = listen(engine.url, user('dave'));
  fourth.client.connect();
  const [error] = await fourth.count('error', 1);
  assert.equal(error.code, 'too_many_connections');
  assert.equal(fourth.client.state, 'closed');
});

test('closed and connected again it goes on where it was', limit, async () => {
  const heard = await open(user('erin'));
  heard.client.close();
  const missed = [await create({ user_id: 'erin' }), await create({ user_id: 'erin' })];
  assert.deepEqual(heard.ids, []);
  heard.client.connect();
  await heard.count('notification', 2);
  assert.deepEqual(heard.ids, missed.map((x) => x.id));
  const later = await open(user('erin'), { since: missed[0].seq });
  await later.count('notification', 1);
  assert.deepEqual(later.ids, [missed[1].id]);
});
