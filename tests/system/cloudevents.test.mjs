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
  assert.equal((await batch([])).status, 422);
});

test('what is no CloudEvent is refused', async () => {
  assert.equal((await structured(event({ specversion: '0.3' }))).status, 422);
  assert.equal((await structured(event({ data: 'text' }))).status, 422);
  assert.equal((await structured('{')).status, 400);
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
