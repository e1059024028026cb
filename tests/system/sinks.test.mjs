// Sinks hear how deliveries end: signed, repeated, kept over a crash, and never about themselves.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, publisher } from './harness/engine.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
let engine, shop, gone, all, deaths;
let allAnswers = () => 204;

before(async () => {
  shop = await WebhookReceiver.start();
  gone = await WebhookReceiver.start({ answer: () => 503 });
  all = await WebhookReceiver.start({ secret, answer: (...x) => allAnswers(...x) });
  deaths = await WebhookReceiver.start();
  engine = await Engine.start({
    config: `
[channels.shop]
type = "webhook"
url = "${shop.url}/shop"
[channels.gone]
type = "webhook"
url = "${gone.url}/gone"
retry = "20ms"
failover = ["shop"]
[sinks.erp]
type = "webhook"
url = "${all.url}/erp"
secret = "${secret}"
events = ["notification.sent", "notification.dead"]
retry = "20ms,20ms"
[sinks.pager]
type = "webhook"
url = "${deaths.url}/pager"
events = ["notification.dead"]
[[routes]]
event = "order.paid"
channels = ["shop"]
[[routes]]
event = "order.lost"
channels = ["gone"]
[[routes]]
event = "order.noted"
channels = ["system"]
audience = { user = "u-1" }
`,
  });
});
after(async () => {
  await engine.discard();
  await Promise.all([shop, gone, all, deaths].map((x) => x.close()));
});

const post = async (type, extra = {}) =>
  (await engine.post('/api/v1/events', { type, data: { title: 'Order' }, ...extra }, publisher)).body;
const about = (id) => (x) => x.body?.data.id === id;
const heardBy = async (sink) => (await engine.get(`/api/v1/admin/deliveries?channel=sink:${sink}`)).body.items;

test('a success is told, signed, as the delivery stands', async () => {
  const event = await post('order.paid');
  const [{ id }] = event.deliveries;
  const [told] = await all.count(1, about(id));
  assert.equal(told.path, '/erp');
  assert.equal(told.body.type, 'notification.sent');
  assert.match(told.body.timestamp, /^\d{4}-.*Z$/);
  const { data } = told.body;
  const shown = (await engine.get(`/api/v1/admin/deliveries/${id}`)).body;
  delete shown.attempt_log;
  assert.deepEqual({ ...shown, delivery_id: id, event: 'order.paid', title: 'Order' }, data);
  assert.deepEqual([data.status, data.attempts, data.event_id, data.channel], ['delivered', 1, event.event_id, 'shop']);
});

test('a death is told to those who ask for deaths, and its backup is told of apart', async () => {
  const [{ id }] = (await post('order.lost')).deliveries;
  const [[dead], [paged]] = await Promise.all([all.count(1, about(id)), deaths.count(1, about(id))]);
  assert.deepEqual([dead.body.type, paged.body.type], ['notification.dead', 'notification.dead']);
  assert.deepEqual([dead.body.data.status, dead.body.data.attempts, dead.body.data.error_class], ['dead', 2, 'transient']);
  assert.match(dead.body.data.last_error, /503/);
  const [backup] = await all.count(1, about(dead.body.data.failed_over_to));
  assert.deepEqual([backup.body.type, backup.body.data.failover_of], ['notification.sent', id]);
  assert.notEqual(dead.id, paged.id);
  assert.ok(deaths.requests.every((x) => x.body.type === 'notification.dead'));
});

test('a sink that fails is told again, and what it never takes is a dead letter of its own', async () => {
  const tries = [];
  let refused;
  allAnswers = ({ id, body }) => {
    if (!refused) refused = body.data.id;
    if (body.data.id !== refused) return 204;
    tries.push(id);
    return 401;
  };
  const [{ id }] = (await post('order.paid')).deliveries;
  await all.count(3, about(id));
  assert.deepEqual([tries.length, new Set(tries).size, refused], [3, 1, id]);
  // What comes later is told as ever: a refusal does not stop a sink.
  const [{ id: next }] = (await post('order.paid')).deliveries;
  await all.count(1, about(next));
  let dead;
  while (!dead) dead = (await heardBy('erp')).find((x) => x.status === 'dead');
  assert.deepEqual([dead.id, dead.attempts, dead.event_id], [tries[0], 3, null]);
  assert.ok(!all.requests.concat(deaths.requests).some((x) => x.body.data.channel.startsWith('sink:')));
  allAnswers = () => 204;
});

test('an event tells its own deliveries, and an inbox nothing', async () => {
  assert.equal((await post('order.noted')).deliveries[0].status, 'delivered');
  const event = await post('order.paid');
  await all.count(1, about(event.deliveries[0].id));
  const story = (await engine.get(`/api/v1/admin/events/${event.event_id}`)).body;
  assert.deepEqual(story.deliveries.map((x) => x.channel), ['shop']);
  assert.ok(all.requests.every((x) => x.body.data.event !== 'order.noted'));
});

test('no route and no request can name a sink', async () => {
  const asked = { channels: ['sink:erp'], recipient: 'u-1', title: 'x', content: 'y' };
  const { status } = await engine.post('/api/v1/notifications/multi-channel', asked, publisher);
  assert.ok(status === 400 || status === 422, `answered ${status}`);
  const listed = (await engine.get('/api/v1/admin/channels')).body.items.map((x) => x.name);
  assert.deepEqual(listed.filter((x) => x.includes('erp')), []);
});

test('what a sink is to hear survives a kill', async () => {
  let struck;
  const stuck = new Promise((resolve) => { struck = resolve; });
  allAnswers = (entry) => {
    struck(entry.body.data.id);
    return new Promise(() => {});
  };
  const [{ id }] = (await post('order.paid')).deliveries;
  assert.equal(await stuck, id);
  await engine.kill();
  allAnswers = () => 204;
  await engine.launch();
  const [told] = await all.count(1, (x) => about(id)(x) && x.status === 204);
  assert.equal(told.body.type, 'notification.sent');
});
