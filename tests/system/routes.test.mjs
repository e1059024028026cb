// Routes changed on a running node: who is told what, how often, and what would come of an event.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

let engine, hook;
before(async () => {
  hook = await WebhookReceiver.start();
  engine = await Engine.start({ config: `
[channels.hook]
type = "webhook"
url = "${hook.url}/in"
[channels.off]
type = "log"
enabled = false
[[routes]]
event = "file.*"
channels = ["system"]
[[routes]]
event = "bounded"
channels = ["hook"]
throttle = "2/1h"
` });
});
after(async () => {
  await engine.discard();
  await hook.close();
});

const path = '/api/v1/admin/routes';
const routes = async () => (await engine.get(path)).body.items;
const put = (...all) => engine.put(path, { routes: all }, admin);
const post = async (event) => (await engine.post('/api/v1/events', { data: {}, ...event })).body;
const seen = async (who) => (await engine.get('/api/v1/notifications', user(who))).body;

test('the file\'s routes and the ready-made ones are shown with their origin', async () => {
  const all = await routes();
  assert.deepEqual(all.filter((x) => x.origin === 'file').map((x) => x.event), ['file.*', 'bounded']);
  const ready = all.filter((x) => x.origin === 'built-in');
  assert.equal(ready.length, 7);
  assert.ok(ready.every((x) => !x.enabled));
  assert.equal((await engine.get(path, publisher)).status, 403);
});

test('explain tells when a personal notification went to a live connection', async () => {
  const live = await Live.open(engine, user('here'));
  const { event_id } = await post({ type: 'file.pushed', recipients: ['here', 'away'] });
  const { id } = await live.next();
  const story = async () => (await engine.get(`/api/v1/admin/events/${event_id}`)).body.notifications;
  let notes = await story();
  while (!notes.some((x) => x.pushed_at)) notes = await story();
  assert.deepEqual(notes.map((x) => [x.user_id, x.pushed_at !== null]).sort(), [['away', false], ['here', true]]);
  const { pushed_at, visible_at } = notes.find((x) => x.id === id);
  assert.ok(pushed_at >= visible_at);
  await live.close();
});

test('a route of the API holds from its answer on, and after a restart', async () => {
  const made = await put({ name: 'mine', event: 'api.*', channels: ['system'], when: 'data.n > 1', priority: 'high' });
  assert.equal(made.status, 200);
  assert.deepEqual(made.body.items.find((x) => x.name === 'mine'), { name: 'mine', event: 'api.*', enabled: true, channels: ['system'], origin: 'api', when: 'data.n > 1', priority: 'high' });
  assert.equal((await post({ type: 'api.one', recipient: 'anna', data: { n: 2 } })).deliveries.length, 1);
  assert.equal((await post({ type: 'api.one', recipient: 'anna', data: { n: 1 } })).deliveries.length, 0);
  assert.equal((await seen('anna'))[0].priority, 'high');
  await engine.stop();
  await engine.launch();
  assert.equal((await routes()).find((x) => x.name === 'mine').origin, 'api');
  assert.equal((await post({ type: 'api.one', recipient: 'anna', data: { n: 2 } })).deliveries.length, 1);
});

test('a bad route changes nothing', async () => {
  const before = await routes();
  const refused = await put({ event: 'a..b', channels: ['nowhere'] }, { event: 'ok', wehn: '' });
  assert.deepEqual([refused.status, refused.body.errors.map((x) => x.path).sort()], [422, ['/routes/0/event', '/routes/1/wehn']]);
  const unknown = await put({ event: 'ok', channels: ['system', 'nowhere'] });
  assert.deepEqual([unknown.status, unknown.body.errors.map((x) => x.path)], [422, ['/routes/0/channels/1']]);
  assert.deepEqual(await routes(), before);
});

test('a ready-made route is switched on by its name', async () => {
  const answer = await put({ name: 'admin.order_paid', channels: ['system'], audience: { role: 'boss' } });
  const on = answer.body.items.find((x) => x.name === 'admin.order_paid');
  assert.deepEqual([on.enabled, on.origin, on.event, on.template], [true, 'api', 'order.paid', 'admin.order_paid']);
  await post({ type: 'order.paid', data: { orderNo: 'N-1' } });
  const [told] = (await engine.get('/api/v1/notifications', user('b', { role: 'boss' }))).body;
  assert.match(told.message, /N-1/);
  await put();
  assert.equal((await routes()).find((x) => x.name === 'admin.order_paid').origin, 'built-in');
});

test('a throttle lets so many through and says so of the others', async () => {
  const all = [];
  for (let i = 0; i < 3; ++i) all.push((await post({ type: 'bounded', entity_id: `e${i}` })).deliveries[0]);
  assert.deepEqual(all.map((x) => [x.status === 'skipped', x.reason]), [[false, null], [false, null], [true, 'throttled']]);
});

test('a role on a channel with addresses is the people stored with it', async () => {
  await engine.put('/api/v1/admin/recipients/m1', { addresses: { hook: `${hook.url}/m1` }, roles: ['manager'] }, admin);
  await put({ event: 'file.x', channels: ['system'], audience: { field: 'data.owners' } });
  const { deliveries } = await post({ type: 'file.x', data: { owners: ['carl', 'dora'] } });
  assert.equal(deliveries.filter((x) => x.status === 'delivered').length, 2);
  assert.equal((await seen('dora')).length, 1);
  await put();
});

test('a dry run says what would come of an event and does nothing', async () => {
  const answer = await engine.post(`${path}/dry-run`, { type: 'file.dry', recipient: 'emil', data: { title: 'T', message: 'M' } }, admin);
  assert.equal(answer.status, 200);
  assert.deepEqual([answer.body.notification.title, answer.body.notification.user_id], ['T', 'emil']);
  assert.deepEqual(answer.body.deliveries, [{ channel: 'system', recipient: 'emil', status: 'delivered' }]);
  const nobody = await engine.post(`${path}/dry-run`, { type: 'file.dry', data: {} }, admin);
  assert.deepEqual(nobody.body.deliveries, [{ channel: 'system', recipient: null, status: 'skipped', reason: 'no_recipient' }]);
  assert.deepEqual(await seen('emil'), []);
  assert.equal((await engine.post(`${path}/dry-run`, { data: {} }, admin)).status, 422);
});

test('an event\'s story names its routes, deliveries and readers', async () => {
  await put({ name: 'second', event: 'file.story', channels: ['hook', 'off'] });
  const { event_id } = await post({ type: 'file.story', entity_id: 's-1', recipient: 'fred', data: { title: 'S' } });
  await hook.count(1, (x) => x.body?.data.event_id === event_id);
  const story = async () => (await engine.get(`/api/v1/admin/events/${event_id}`)).body;
  let told = await story();
  while (told.deliveries.some((x) => ['pending', 'delivering'].includes(x.status))) told = await story();
  assert.deepEqual(told.routes, ['routes[0]', 'second']);
  assert.deepEqual(told.deliveries.map((x) => [x.channel, x.status, x.reason]).sort(), [['hook', 'delivered', null], ['off', 'skipped', 'channel_disabled']]);
  assert.equal(told.deliveries.find((x) => x.channel === 'hook').attempt_log.length, 1);
  const [note] = told.notifications;
  assert.deepEqual([note.user_id, note.suppressed, note.read_by], ['fred', false, []]);
  assert.equal(note.pushed_at, null, 'nobody was there to push it to');
  await engine.put(`/api/v1/notifications/${note.id}/read`, undefined, user('fred'));
  assert.deepEqual((await story()).notifications[0].read_by.map((x) => x.user_id), ['fred']);
  assert.equal((await engine.get('/api/v1/admin/events/evt-00000000-0000-7000-8000-000000000000')).status, 404);
  await put();
});
