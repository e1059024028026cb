// What others send as they do: Alertmanager's calls, and signed webhooks.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, run, user } from './harness/engine.mjs';
import { webhookSignature } from './harness/receiver.mjs';

const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
let engine;

before(async () => {
  engine = await Engine.start({ config: `
[sources.shop]
type = "webhook"
secret = "${secret}"
event = "shop.order"
entity_field = "order.id"
recipient_field = "order.buyer"
[sources.forge]
type = "webhook"
secret = "plain words"
[[routes]]
event = "alertmanager.*"
channels = ["system"]
audience = { role = "oncall" }
[[routes]]
event = "shop.**"
channels = ["system"]
` });
});
after(() => engine.discard());

const call = (status = 'firing', startsAt = '2026-01-01T00:00:00Z') => ({
  version: '4', groupKey: '{}:{alertname="Down"}', status, receiver: 'carillon', externalURL: 'http://am:9093',
  groupLabels: { alertname: 'Down' }, commonLabels: { alertname: 'Down', severity: 'critical' }, commonAnnotations: {},
  alerts: [
    { status, labels: { instance: 'a' }, annotations: {}, startsAt, endsAt: '0001-01-01T00:00:00Z', fingerprint: 'f1' },
    { status, labels: { instance: 'b' }, annotations: {}, startsAt, endsAt: '0001-01-01T00:00:00Z', fingerprint: 'f2' },
  ],
});
const alertmanager = (body, query = '') => engine.post(`/api/v1/ingress/alertmanager${query}`, body);
const story = async (id) => (await engine.get(`/api/v1/admin/events/${id}`, admin)).body;

test('a call of Alertmanager is one event about its group', async () => {
  const first = await alertmanager(call());
  assert.deepEqual([first.status, first.body.events.length, first.body.events[0].status], [202, 1, 'accepted']);
  const told = await story(first.body.events[0].event_id);
  assert.deepEqual([told.type, told.entity_id, told.data], ['alertmanager.firing', call().groupKey, call()]);
  assert.equal((await engine.get('/api/v1/notifications', user('o', { role: 'oncall' }))).body.length, 1);
});

test('a repeated call is a duplicate, another firing and an all-clear are not', async () => {
  const [again] = (await alertmanager(call())).body.events;
  assert.equal(again.status, 'duplicate');
  const [second] = (await alertmanager(call('firing', '2026-01-02T00:00:00Z'))).body.events;
  const [clear] = (await alertmanager(call('resolved'))).body.events;
  assert.deepEqual([second.status, clear.status], ['accepted', 'accepted']);
  assert.equal((await story(clear.event_id)).type, 'alertmanager.resolved');
});

test('a call under a key of its own is answered again', async () => {
  const post = (body, query = '') => engine.request('POST', `/api/v1/ingress/alertmanager${query}`, { token: publisher, body, headers: { 'idempotency-key': 'am-1' } });
  const fresh = call('firing', '2026-02-01T00:00:00Z');
  const first = await post(fresh);
  const again = await post(fresh);
  assert.deepEqual([first.status, again.text, again.headers['idempotency-replayed']], [202, first.text, 'true']);
  assert.equal((await post(call('firing', '2026-02-02T00:00:00Z'))).status, 422);
  assert.equal((await post(call('firing', '2026-02-03T00:00:00Z'), '?per=alert')).status, 422);
});

test('one event for each alert where that is asked', async () => {
  const { body } = await alertmanager(call('firing', '2026-01-03T00:00:00Z'), '?per=alert');
  const told = await Promise.all(body.events.map((x) => story(x.event_id)));
  assert.deepEqual(told.map((x) => [x.entity_id, x.data.labels.instance, x.data.receiver, x.data.externalURL]),
    [['f1', 'a', 'carillon', 'http://am:9093'], ['f2', 'b', 'carillon', 'http://am:9093']]);
  assert.equal((await alertmanager(call(), '?per=day')).status, 400);
  const wrong = await alertmanager({ status: 'odd' });
  assert.deepEqual([wrong.status, wrong.body.errors.map((x) => x.path).sort()], [422, ['/alerts', '/groupKey', '/status']]);
  assert.equal((await engine.post('/api/v1/ingress/alertmanager', call(), user('u'))).status, 403);
});

const order = { order: { id: 17, buyer: 'anna' }, title: '新订单' };
function signed(body, { id = 'm-1', at = Math.floor(Date.now() / 1000), key = secret } = {}) {
  const text = JSON.stringify(body);
  return engine.request('POST', '/api/v1/ingress/shop', { body: text, headers: {
    'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,AAAA ${webhookSignature(key, id, at, text)}`,
  } });
}

test('a signed webhook becomes an event, once', async () => {
  const first = await signed(order);
  assert.equal(first.status, 202);
  const told = await story(first.body.events[0].event_id);
  assert.deepEqual([told.type, told.source, told.entity_id, told.recipients, told.subject], ['shop.order', 'shop', '17', ['anna'], 'source:shop']);
  assert.deepEqual(told.data, order);
  assert.deepEqual((await signed(order)).body, first.body);
  assert.equal((await engine.get('/api/v1/notifications', user('anna'))).body.length, 1);
});

test('a webhook that is not signed, wrongly or too old, is refused', async () => {
  assert.equal((await engine.request('POST', '/api/v1/ingress/shop', { body: order })).status, 401);
  assert.equal((await signed(order, { key: 'whsec_b3RoZXI=' })).status, 401);
  assert.equal((await signed(order, { at: Math.floor(Date.now() / 1000) - 400 })).status, 401);
  assert.equal((await engine.post('/api/v1/ingress/nobody', order, publisher)).status, 404);
});

test('the hub\'s signature is taken as well', async () => {
  const text = JSON.stringify({ action: 'opened' });
  const mark = createHmac('sha256', 'plain words').update(text).digest('hex');
  const post = (signature) => engine.request('POST', '/api/v1/ingress/forge', { body: text, headers: { 'x-hub-signature-256': `sha256=${signature}` } });
  assert.equal((await post(mark)).status, 202);
  assert.equal((await post(mark.replace(/.$/, (x) => (x === '0' ? '1' : '0')))).status, 401);
});

test('a source without a secret is a fault of the configuration', () => {
  const { status, stderr } = run(['check', '--config', engine.file, '--set', 'sources.shop.secret=']);
  assert.equal(status, 2);
  assert.match(stderr, /sources\.shop/);
});
