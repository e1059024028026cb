// A user's inbox over HTTP, as the contract and 智链OS's API describe it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';

let engine;
before(async () => { engine = await Engine.start(); });
after(() => engine.discard());

const stockWarning = {
  title: '库存预警',
  message: '鸡肉库存不足,当前库存: 5kg,请及时补货',
  type: 'warning',
  priority: 'high',
  extra_data: { item_id: 'item-456', current_stock: 5 },
  source: 'inventory_system',
};
const members = ['id', 'title', 'message', 'type', 'priority', 'user_id', 'role', 'store_id', 'is_read', 'read_at',
  'extra_data', 'source', 'group_key', 'created_at', 'expires_at', 'seq'];
const create = (body, headers) => engine.post('/api/v1/notifications', body, publisher, headers);
const list = async (who, query = '') => (await engine.get(`/api/v1/notifications${query}`, who)).body;
const unread = async (who) => (await engine.get('/api/v1/notifications/unread-count', who)).body.unread_count;

test('a created notification is answered whole and stands in the inbox of its user alone', async () => {
  const { status, body, headers } = await create({ ...stockWarning, user_id: 'user-123', role: 'store_manager' });
  assert.equal(status, 201);
  assert.match(headers['content-type'], /^application\/json/);
  assert.deepEqual(Object.keys(body), members);
  assert.match(body.id, /^notif-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(body.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(
    { ...body, id: 0, created_at: 0, seq: 0 },
    { ...stockWarning, id: 0, created_at: 0, seq: 0, user_id: 'user-123', role: null, store_id: null, is_read: false, read_at: null, group_key: null, expires_at: null },
  );
  assert.deepEqual(await list(user('user-123')), [body]);
  assert.deepEqual(await list(user('user-124')), []);
  assert.deepEqual(await list(user('user-124', { role: 'store_manager' })), []);
});

test('role, store, their intersection and broadcasts reach those entitled', async () => {
  const title = (x) => ({ title: x, message: 'm' });
  await create({ ...title('role'), role: 'cook' });
  await create({ ...title('store'), store_id: 'store-9' });
  await create({ ...title('both'), role: 'cook', store_id: 'store-9' });
  await create(title('all'));
  const seen = async (claims) => (await list(user('nobody-in-particular', claims))).map((x) => x.title).filter((x) => x !== '库存预警').sort();
  assert.deepEqual(await seen({}), ['all']);
  assert.deepEqual(await seen({ role: 'cook' }), ['all', 'role']);
  assert.deepEqual(await seen({ store_id: 'store-9' }), ['all', 'store']);
  assert.deepEqual(await seen({ roles: ['waiter', 'cook'], store_ids: ['store-8', 'store-9'] }), ['all', 'both', 'role', 'store']);
});

test('what is over is answered and reaches nobody', async () => {
  const late = user('late');
  const live = await Live.open(engine, late);
  const past = new Date(Date.now() - 60_000).toISOString();
  const over = await create({ title: 'over', message: 'm', user_id: 'late', expires_at: past });
  assert.equal(over.status, 201);
  const soon = Date.now() + 300;
  await create({ title: 'over before it begins', message: 'm', user_id: 'late', deliver_at: new Date(soon).toISOString(), expires_at: new Date(soon - 1).toISOString() });
  await create({ title: 'begun', message: 'm', user_id: 'late', deliver_at: new Date(soon).toISOString() });
  await create({ title: 'in time', message: 'm', user_id: 'late' });
  assert.equal((await live.next()).title, 'in time');
  assert.equal((await live.next()).title, 'begun');
  assert.deepEqual((await list(late)).map((x) => x.title).slice(0, 2), ['begun', 'in time']);
});

test('reading changes the count at once and is the reader\'s own', async () => {
  const anna = user('anna', { role: 'baker' });
  const bert = user('bert', { role: 'baker' });
  const before = await unread(anna);
  const { body: own } = await create({ title: 'own', message: 'm', user_id: 'anna' });
  const { body: shared } = await create({ title: 'shared', message: 'm', role: 'baker' });
  assert.equal(await unread(anna), before + 2);
  const read = await engine.put(`/api/v1/notifications/${shared.id}/read`, undefined, anna);
  assert.deepEqual([read.status, read.body], [200, { success: true, message: '已标记为已读' }]);
  assert.equal(await unread(anna), before + 1);
  assert.equal((await engine.get(`/api/v1/notifications/${shared.id}`, anna)).body.is_read, true);
  assert.equal((await engine.get(`/api/v1/notifications/${shared.id}`, bert)).body.is_read, false);
  const again = await engine.put(`/api/v1/notifications/${shared.id}/read`, undefined, anna);
  assert.equal(again.status, 200);
  assert.deepEqual((await list(anna, '?is_read=true')).map((x) => x.id), [shared.id]);
  assert.ok((await list(anna, '?is_read=false')).some((x) => x.id === own.id));
});

test('another user\'s notification does not exist', async () => {
  const { body } = await create({ title: 't', message: 'm', user_id: 'owner' });
  for (const [method, path] of [['GET', ''], ['PUT', '/read'], ['DELETE', '']]) {
    const { status, body: problem, headers } = await engine.request(method, `/api/v1/notifications/${body.id}${path}`, { token: user('thief') });
    assert.equal(status, 404);
    assert.equal(headers['content-type'], 'application/problem+json');
    assert.equal(problem.status, 404);
  }
  assert.equal((await list(user('owner'))).find((x) => x.id === body.id).is_read, false);
});

test('several and all are read with their counts', async () => {
  const who = user('carla', { role: 'runner' });
  await engine.put('/api/v1/notifications/read-all', undefined, who);
  const ids = [];
  for (let i = 0; i < 5; ++i) ids.push((await create({ title: `t${i}`, message: 'm', ...(i % 2 ? { user_id: 'carla' } : { role: 'runner' }) })).body.id);
  const { body: foreign } = await create({ title: 'f', message: 'm', user_id: 'someone-else' });
  const some = await engine.put('/api/v1/notifications/read', { ids: [ids[0], ids[1], foreign.id, 'notif-nonsense'] }, who);
  assert.deepEqual(some.body, { success: true, message: '已标记2条通知为已读', count: 2 });
  const rest = await engine.put('/api/v1/notifications/read-all', undefined, who);
  assert.deepEqual(rest.body, { success: true, message: '已标记3条通知为已读', count: 3 });
  assert.equal(await unread(who), 0);
  await create({ title: 'later', message: 'm', role: 'runner' });
  assert.equal(await unread(who), 1);
});

test('a deleted notification is gone for that user', async () => {
  const who = user('dora', { role: 'driver' });
  const { body } = await create({ title: 't', message: 'm', role: 'driver' });
  const gone = await engine.delete(`/api/v1/notifications/${body.id}`, who);
  assert.deepEqual([gone.status, gone.body], [200, { success: true, message: '通知已删除' }]);
  assert.ok(!(await list(who)).some((x) => x.id === body.id));
  assert.equal((await engine.get(`/api/v1/notifications/${body.id}`, who)).status, 404);
  assert.equal((await engine.get(`/api/v1/notifications/${body.id}`, user('emil', { role: 'driver' }))).status, 200);
});

test('a list is filtered and paged by cursor without gap or repeat', async () => {
  const who = user('fred');
  const wanted = [];
  for (let i = 0; i < 25; ++i)
    wanted.unshift((await create({ title: `t${i}`, message: 'm', user_id: 'fred', source: i % 5 ? 'a' : 'b', type: i % 2 ? 'error' : 'info', priority: 'low', group_key: `g${i % 3}` })).body.id);
  const mine = (items) => items.map((x) => x.id).filter((x) => wanted.includes(x));
  assert.deepEqual(mine(await list(who, '?limit=100')), wanted);
  assert.equal((await list(who)).length, 20);
  const paged = [];
  for (let path = '/api/v1/notifications?limit=7'; path;) {
    const { body, headers } = await engine.get(path, who);
    paged.push(...body);
    path = headers.link?.match(/<([^>]+)>;\s*rel="next"/)?.[1];
  }
  assert.deepEqual(mine(paged), wanted);
  assert.deepEqual(mine(await list(who, '?limit=5&offset=5')), wanted.slice(5, 10));
  assert.deepEqual(mine(await list(who, '?limit=100&source=b')).length, 5);
  assert.deepEqual(mine(await list(who, '?limit=100&type=error')).length, 12);
  assert.deepEqual(mine(await list(who, '?limit=100&group_key=g0')).length, 9);
  assert.deepEqual(mine(await list(who, '?limit=100&priority=high')), []);
  for (const bad of ['limit=0', 'limit=101', 'limit=x', 'offset=-1', 'is_read=maybe', 'type=poem', 'priority=p9', 'cursor=%00'])
    assert.equal((await engine.get(`/api/v1/notifications?${bad}`, who)).status, 400, bad);
});

test('64-bit integers, emoji, markup and nested data come out as they went in', async () => {
  const extra = '{"big":9223372036854775807,"small":-9223372036854775808,"unsigned":18446744073709551615,"deep":[[{"x":null}]],"text":"<b>&\\u2028 😀"}';
  const { status, text } = await create(`{"title":"<b>粗体</b> 😀","message":"a\\nb","user_id":"gina","extra_data":${extra}}`);
  assert.equal(status, 201);
  for (const piece of ['9223372036854775807', '-9223372036854775808', '18446744073709551615']) assert.ok(text.includes(piece), piece);
  const { text: listed } = await engine.get('/api/v1/notifications', user('gina'));
  for (const piece of ['9223372036854775807', '<b>粗体</b> 😀', 'a\\nb']) assert.ok(listed.includes(piece), piece);
});

test('a delayed or expired notification is in no list and no count', async () => {
  const who = user('hans');
  const before = await unread(who);
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const { body } = await create({ title: 't', message: 'm', user_id: 'hans', deliver_at: later });
  assert.equal(body.seq, null);
  const expired = await create({ title: 't', message: 'm', user_id: 'hans', expires_at: new Date(Date.now() - 1000).toISOString() });
  assert.ok([201, 422].includes(expired.status));
  assert.equal(await unread(who), before);
  assert.ok(!(await list(who)).some((x) => x.id === body.id));
});

test('an idempotency key gets the first answer again and no second row', async () => {
  const who = user('ida');
  const key = { 'idempotency-key': 'order-77' };
  const first = await create({ title: 't', message: 'm', user_id: 'ida' }, key);
  const second = await create({ title: 't', message: 'm', user_id: 'ida' }, key);
  assert.deepEqual([second.status, second.text], [first.status, first.text]);
  assert.equal(second.headers['idempotency-replayed'], 'true');
  assert.equal(first.headers['idempotency-replayed'], undefined);
  assert.equal((await create({ title: 'other', message: 'm', user_id: 'ida' }, key)).status, 422);
  assert.equal((await list(who)).filter((x) => x.user_id === 'ida').length, 1);
  const racing = await Promise.all(Array.from({ length: 20 }, () => create({ title: 'r', message: 'm', user_id: 'ida' }, { 'idempotency-key': 'race' })));
  assert.equal(new Set(racing.filter((x) => x.status === 201).map((x) => x.body.id)).size, 1);
  assert.ok(racing.every((x) => x.status === 201 || x.status === 409));
});

test('a dedupe key answers the first one as a duplicate', async () => {
  const draft = { title: 't', message: 'm', user_id: 'jane', dedupe_key: 'd-1' };
  const first = await create(draft);
  const second = await create({ ...draft, title: 'other words' });
  assert.deepEqual([first.status, second.status], [201, 200]);
  assert.equal(second.body.id, first.body.id);
  assert.equal(second.body.duplicate, true);
  assert.equal(first.body.duplicate, undefined);
  assert.equal((await create({ ...draft, user_id: 'someone-else' })).status, 201);
});

test('a batch is created whole or not at all', async () => {
  const who = user('kurt');
  const drafts = Array.from({ length: 100 }, (_, i) => ({ title: `b${i}`, message: 'm', user_id: 'kurt' }));
  const { status, body } = await engine.post('/api/v1/notifications/batch', { notifications: drafts });
  assert.equal(status, 201);
  assert.equal(body.created, 100);
  assert.equal(new Set(body.ids).size, 100);
  const bad = await engine.post('/api/v1/notifications/batch', { notifications: [...drafts, { title: '' }] });
  assert.equal(bad.status, 422);
  assert.deepEqual(bad.body.errors.map((x) => x.path).sort(), ['/notifications/100/message', '/notifications/100/title']);
  const all = await list(who, '?limit=100');
  assert.deepEqual(all.filter((x) => x.user_id === 'kurt').map((x) => x.id), body.ids.reverse());
});

test('every fault of a body is told at once, each by where it stands', async () => {
  const { status, body, headers } = await create({ title: '', message: 7, type: 'poem', priority: 'p0', user_id: 'x'.repeat(129), extra_data: [] });
  assert.equal(status, 422);
  assert.equal(headers['content-type'], 'application/problem+json');
  assert.deepEqual(Object.keys(body).filter((x) => ['type', 'title', 'status', 'detail', 'errors'].includes(x)).length, 5);
  assert.deepEqual(body.errors.map((x) => x.path).sort(), ['/extra_data', '/message', '/priority', '/title', '/type', '/user_id']);
  assert.ok(body.errors.every((x) => x.message.length > 0));
});

test('a channel that is not configured is told with the other faults', async () => {
  const errors = async (path, body) => (await engine.post(`/api/v1/notifications${path}`, body)).body.errors.map((x) => x.path).sort();
  assert.deepEqual(await errors('', { title: '', message: 'm', channels: ['system', 'nosuch'] }), ['/channels/1', '/title']);
  assert.deepEqual(await errors('/batch', { notifications: [{ title: 't', channels: ['nosuch'] }] }), ['/notifications/0/channels/0', '/notifications/0/message']);
  assert.deepEqual(await errors('/multi-channel', { title: 't', channels: ['nosuch'], recipient: 'u' }), ['/channels/0', '/content']);
  assert.deepEqual(await errors('/template', { channels: ['nosuch'], recipient: 'u' }), ['/channels/0', '/template_name']);
});

test('the seeds\' names are taken beside ours', async () => {
  const seed = { title: 't', message: 'm', user_id: 'mona', level: 'critical', entityType: 'webhook', entityId: 'stripe', dedupeKey: 'mona:1', eventType: 'payment.failed' };
  const { status, body } = await create(seed);
  assert.deepEqual([status, body.type, body.priority], [201, 'alert', 'urgent']);
  assert.deepEqual(body.extra_data, { eventType: 'payment.failed', entityType: 'webhook', entityId: 'stripe' });
  const again = await create(seed);
  assert.deepEqual([again.status, again.body.id, again.body.duplicate], [200, body.id, true]);
});

test('bounds hold at their edges', async () => {
  const fits = async (body) => (await create({ title: 't', message: 'm', user_id: 'lisa', ...body })).status === 201;
  assert.ok(await fits({ title: '预'.repeat(200) }));
  assert.ok(!(await fits({ title: '预'.repeat(201) })));
  assert.ok(await fits({ message: '预'.repeat(10_000) }));
  assert.ok(!(await fits({ message: '预'.repeat(10_001) })));
  assert.ok(!(await fits({ extra_data: { x: 'y'.repeat(65_536) } })));
  assert.ok(!(await fits({ title: 'a\u0000b' })));
  assert.ok(!(await fits({ user_id: 'a\nb' })));
  assert.ok(await fits({ user_id: '任意文本 with spaces' }));
});

test('scopes decide who may produce and who may operate', async () => {
  const body = { title: 't', message: 'm', user_id: 'x' };
  assert.equal((await engine.post('/api/v1/notifications', body, user('mona'))).status, 403);
  assert.equal((await engine.post('/api/v1/notifications', body, admin)).status, 201);
  assert.equal((await engine.get('/api/v1/admin/deliveries', publisher)).status, 403);
  assert.equal((await engine.get('/api/v1/admin/deliveries', admin)).status, 200);
  assert.equal((await engine.request('GET', '/api/v1/notifications')).status, 401);
});

test('what was stored is there after a restart, and new rows go on in order', async () => {
  const who = user('nora');
  const { body: first } = await create({ title: 'before', message: 'm', user_id: 'nora' });
  await engine.stop();
  await engine.launch();
  const { body: second } = await create({ title: 'after', message: 'm', user_id: 'nora' });
  assert.ok(second.seq > first.seq);
  assert.deepEqual((await list(who)).filter((x) => x.user_id === 'nora').map((x) => x.id), [second.id, first.id]);
});
