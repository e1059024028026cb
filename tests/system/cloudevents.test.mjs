// CloudEvents 1.0 in its three modes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';

let engine;
before(async () => {
  engine = await Engine.start({ config: `
[[routes]]
event = "com.example.**"
channels = ["system"]
` });
});
after(() => engine.discard());

let last = 0;
const event = (more = {}) => ({
  specversion: '1.0', id: `e-${++last}`, source: '/shop/1', type: 'com.example.order', recipient: 'anna',
  data: { title: '订单 😀', message: '已确认' }, ...more,
});
const structured = (body, headers = {}) =>
  engine.post('/api/v1/events', body, publisher, { 'content-type': 'application/cloudevents+json', ...headers });
const batch = (body, headers = {}) =>
  engine.post('/api/v1/events', body, publisher, { 'content-type': 'application/cloudevents-batch+json; charset=utf-8', ...headers });
const binary = ({ data, ...attributes }, headers = {}) =>
  engine.post('/api/v1/events', data, publisher, { ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value])), ...headers });
const story = async (id) => (await engine.get(`/api/v1/admin/events/${id}`, admin)).body;

test('a structured event is told and stored with its attributes', async () => {
  const answer = await structured(event({ subject: 'o-1', time: '2026-02-20T10:30:00Z', priority: 'high', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }));
  assert.deepEqual([answer.status, answer.body.status], [202, 'accepted']);
  const [seen] = (await engine.get('/api/v1/notifications', user('anna'))).body;
  assert.deepEqual([seen.title, seen.message, seen.priority, seen.source], ['订单 😀', '已确认', 'high', '/shop/1']);
  const told = await story(answer.body.event_id);
  assert.deepEqual([told.entity_id, told.occurred_at, told.trace_id, told.recipients], ['o-1', '2026-02-20T10:30:00.000Z', '0af7651916cd43dd8448eb211c80319c', ['anna']]);
});

test('source and id make it happen once, in every mode', async () => {
  const one = event();
  const first = await structured(one);
  const second = await structured(one);
  assert.deepEqual([second.status, second.text, second.headers['idempotency-replayed']], [202, first.text, 'true']);
  assert.notEqual((await structured({ ...one, source: '/shop/2' })).body.event_id, first.body.event_id);
  const own = await structured(one, { 'idempotency-key': 'mine' });
  assert.notEqual(own.body.event_id, first.body.event_id);
});

test('a binary event has its attributes in the header', async () => {
  const answer = await binary(event({ subject: 'Euro%20%E2%82%AC' }));
  assert.equal(answer.status, 202);
  const told = await story(answer.body.event_id);
  assert.deepEqual([told.type, told.entity_id, told.data.title], ['com.example.order', 'Euro €', '订单 😀']);
  const faulty = await binary({ specversion: '1.0', type: 't', data: {} });
  assert.deepEqual([faulty.status, faulty.body.errors.map((x) => x.path).sort()], [422, ['/id', '/source']]);
});

test('a batch is answered event by event', async () => {
  const events = [event(), event({ type: 'com.example.other' })];
  const answer = await batch(events);
  assert.deepEqual([answer.status, answer.body.events.length], [202, 2]);
  assert.deepEqual(await Promise.all(answer.body.events.map(async (x) => (await story(x.event_id)).type)), ['com.example.order', 'com.example.other']);
  const again = await batch(events);
  assert.deepEqual(again.body, answer.body);
  const wrong = await batch([event(), { specversion: '1.0', id: 'x' }]);
  assert.deepEqual([wrong.status, wrong.body.errors.map((x) => x.path).sort()], [422, ['/1/source', '/1/type']]);
  assert.deepEqual([again.text, again.headers['idempotency-replayed']], [answer.text, 'true']);
  const partly = await batch([...events, event()]);
  assert.deepEqual([partly.status, partly.headers['idempotency-replayed']], [202, undefined]);
  const none = await batch([]);
  assert.deepEqual([none.status, none.body], [202, { events: [] }]);
});

test('a batch tells of each event whether it went in', async () => {
  const known = event({ recipient: 'batch' });
  const first = await structured(known);
  const other = { ...known, data: { title: 'another' } };
  const fresh = Array.from({ length: 5 }, () => event({ recipient: 'batch' }));
  const { status, body } = await batch([fresh[0], fresh[1], other, fresh[2], fresh[3], fresh[4], known]);
  assert.equal(status, 202);
  assert.deepEqual(body.events.map((x) => x.status), ['accepted', 'accepted', 'rejected', 'accepted', 'accepted', 'accepted', 'accepted']);
  assert.deepEqual([body.events[2].error.status, typeof body.events[2].error.detail], [422, 'string']);
  assert.equal(body.events[6].event_id, first.body.event_id);
  assert.equal((await engine.get('/api/v1/notifications', user('batch'))).body.length, 6);
  const refused = await batch([other, other]);
  assert.equal(refused.status, 422);
});

test('the same event in another form is a repeat', async () => {
  const one = event({ subject: 'same', priority: 'high', time: '2026-02-20T10:30:00Z', data: { title: 't', more: { a: 1, b: 2 } } });
  const first = await structured(one);
  const turned = Object.fromEntries(Object.entries({ ...one, data: { more: { b: 2, a: 1 }, title: 't' } }).reverse());
  for (const again of [await structured(turned), await binary(one), await binary(one, { 'content-type': 'application/json' })])
    assert.deepEqual([again.status, again.text, again.headers['idempotency-replayed']], [202, first.text, 'true']);
  assert.deepEqual((await batch([turned])).body, { events: [first.body] });
  for (const more of [{ subject: 'other' }, { priority: 'low' }, { time: '2026-02-20T10:30:01Z' }, { recipient: 'boris' }, { locale: 'en' }])
    assert.equal((await binary({ ...one, ...more })).status, 422);
});

test('a key of the header holds for the whole batch', async () => {
  const events = [event(), event()];
  const first = await batch(events, { 'idempotency-key': 'all' });
  const again = await batch(events, { 'idempotency-key': 'all' });
  assert.deepEqual([again.text, again.headers['idempotency-replayed']], [first.text, 'true']);
  assert.equal((await batch([event(), event()], { 'idempotency-key': 'all' })).status, 422);
});

test('what is no CloudEvent is refused', async () => {
  assert.equal((await structured(event({ specversion: '0.3' }))).status, 422);
  assert.equal((await structured(event({ data: 'text' }))).status, 422);
  assert.equal((await structured('{')).status, 400);
});

test('a dedupeKey alone makes a duplicate, our own key is strict', async () => {
  const post = (body, headers) => engine.post('/api/v1/events', { type: 'com.example.alert', recipient: 'clara', ...body }, publisher, headers);
  const first = await post({ dedupeKey: 'd-1', payload: { occurredAt: '2026-01-01T00:00:00Z' } });
  const second = await post({ dedupeKey: 'd-1', payload: { occurredAt: '2026-01-01T00:00:01Z' } });
  assert.deepEqual([first.status, first.body.status, first.body.deliveries.length], [202, 'accepted', 1]);
  assert.deepEqual([second.status, second.body], [202, { event_id: first.body.event_id, status: 'duplicate', deliveries: [] }]);
  assert.equal((await engine.get('/api/v1/notifications', user('clara'))).body.length, 1);
  for (const [body, headers] of [[{ idempotency_key: 'd-2' }, {}], [{ dedupeKey: 'd-3' }, { 'idempotency-key': 'd-4' }]]) {
    assert.equal((await post({ ...body, data: { n: 1 } }, headers)).status, 202);
    assert.equal((await post({ ...body, data: { n: 2 } }, headers)).status, 422);
  }
});

test('a recipient is named as a user as well', async () => {
  assert.equal((await engine.post('/api/v1/events', { type: 'com.example.alert', recipient: { user_id: 'dora' }, data: { title: 'for Dora' } })).status, 202);
  assert.equal((await engine.get('/api/v1/notifications', user('dora'))).body[0].title, 'for Dora');
});

test('the words of an older producer mean the same', async () => {
  const { body } = await engine.post('/api/v1/events', {
    eventType: 'com.example.alert', level: 'CRITICAL', source: 'payment', title: 'Custom webhook alert',
    entityType: 'webhook', entityId: 'stripe', dedupeKey: 'k-1', payload: { provider: 'stripe' }, recipient: 'boris',
  });
  const told = await story(body.event_id);
  assert.deepEqual([told.type, told.priority, told.entity_id, told.sub_id], ['com.example.alert', 'urgent', 'stripe', 'webhook']);
  assert.deepEqual(told.data, { title: 'Custom webhook alert', provider: 'stripe' });
  assert.equal((await engine.get('/api/v1/notifications', user('boris'))).body[0].title, 'Custom webhook alert');
});
