// Channels by the seeds' names for them, and channels that an operator named so.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

let engine, own, hook;

const route = (name, channels) => `[[routes]]\nevent = "${name}"\nchannels = ${JSON.stringify(channels)}\n`;

before(async () => {
  hook = await WebhookReceiver.start({ answer: () => 204 });
  const outbound = '[outbound]\nallow_private = ["127.0.0.0/8"]\n';
  const channel = (name) => `[channels.${name}]\ntype = "webhook"\nurl = "${hook.url}/${name}"\n`;
  [engine, own] = await Promise.all([
    Engine.start({ config: outbound + route('seed.told', ['websocket', 'push']) + channel('app_push') }),
    Engine.start({ config: outbound + channel('push') + channel('app_push') }),
  ]);
});
after(async () => {
  await Promise.all([engine.discard(), own.discard()]);
  await hook.close();
});

const mail = { recipient: 'u-1', title: 't', content: 'c' };
const multi = (on, channels) => on.post('/api/v1/notifications/multi-channel', { ...mail, channels }, publisher);
const items = async (on, query) => (await on.get(`/api/v1/admin/deliveries?${query}`, admin)).body.items;

test('results bear the names that were asked for', async () => {
  const { body } = await multi(engine, ['websocket', 'push']);
  assert.deepEqual(body.results, { websocket: true, push: true });
  assert.deepEqual(body.deliveries.map((x) => x.channel), ['system', 'app_push']);
  assert.deepEqual((await multi(engine, ['app_push', 'push'])).body.results, { app_push: true, push: true });
});

test('a route of the file, a list and a channel go by them', async () => {
  const event = await engine.post('/api/v1/events', { type: 'seed.told', recipient: 'u-2', data: { title: 't' } }, publisher);
  assert.equal(event.status, 202);
  assert.deepEqual(new Set((await items(engine, 'channel=push')).map((x) => x.channel)), new Set(['app_push']));
  assert.equal((await items(engine, 'channel=websocket')).length, 0);
  assert.equal((await engine.get('/api/v1/admin/channels/push', admin)).body.name, 'app_push');
  assert.equal((await engine.get('/api/v1/admin/channels/websocket', admin)).body.name, 'system');
});

test('an address is kept under the name of its channel', async () => {
  const put = await engine.put('/api/v1/admin/recipients/ann', { addresses: { push: `${hook.url}/ann` } }, admin);
  assert.deepEqual(put.body.addresses, { app_push: `${hook.url}/ann` });
  const both = await engine.put('/api/v1/admin/recipients/bea', { addresses: { push: `${hook.url}/1`, app_push: `${hook.url}/2` } }, admin);
  assert.deepEqual(both.body.addresses, { app_push: `${hook.url}/2` });
  const mine = await own.put('/api/v1/admin/recipients/ann', { addresses: { push: `${hook.url}/ann` } }, admin);
  assert.deepEqual(mine.body.addresses, { push: `${hook.url}/ann` });
});

test('a channel that an operator named so is that one', async () => {
  assert.deepEqual((await multi(own, ['push', 'app_push'])).body.results, { push: true, app_push: true });
  assert.equal((await own.post('/api/v1/notifications', { title: 't', message: 'm', user_id: 'u', channels: ['push'] }, publisher)).status, 201);
  assert.deepEqual((await items(own, 'channel=app_push')).length, 1);
  assert.deepEqual(new Set((await items(own, 'channel=push')).map((x) => x.channel)), new Set(['push']));
  const routes = await own.put('/api/v1/admin/routes', { routes: [{ event: 'a', channels: ['push', 'websocket'], digest: '1s' }] }, admin);
  assert.deepEqual(routes.body.items.find((x) => x.event === 'a').channels, ['push', 'system']);
  const wishes = await own.put('/api/v1/preferences', { rules: [{ channel: 'push', enabled: false }] }, user('u-9'));
  assert.equal(wishes.body.rules[0].channel, 'push');
  assert.equal((await own.get('/api/v1/admin/channels/push', admin)).body.name, 'push');
});

test('a route that names itself for its backup, or collects for no time, is refused', async () => {
  const wrong = await engine.put('/api/v1/admin/routes', { routes: [{ event: 'a', channels: ['push'], failover: ['app_push'] }] }, admin);
  assert.deepEqual([wrong.status, wrong.body.errors.map((x) => x.path)], [422, ['/routes/0/failover/0']]);
  const never = await engine.put('/api/v1/admin/routes', { routes: [{ event: 'a', digest: '0s' }] }, admin);
  assert.deepEqual([never.status, never.body.errors.map((x) => x.path)], [422, ['/routes/0/digest']]);
});
