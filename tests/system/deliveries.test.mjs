// What operators see of deliveries on their way: those that only wait are pending or retrying, with
// the time of their next attempt; those with their provider are delivering.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher } from './harness/engine.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

let engine, hook;
const hanging = [];
let hangs;
const hung = new Promise((resolve) => { hangs = resolve; });

before(async () => {
  hook = await WebhookReceiver.start({ answer: ({ path }) => {
    if (path === '/slow') return 204;
    if (path === '/down') return 503;
    if (path === '/limited') return { status: 429, headers: { 'retry-after': '60' }, body: 'slow down' };
    hangs();
    return new Promise((resolve) => hanging.push((status = 204) => resolve(status)));
  } });
  engine = await Engine.start({ config: `
[channels.slow]
type = "webhook"
url = "${hook.url}/slow"
rate = "1/1h"
[channels.hung]
type = "webhook"
url = "${hook.url}/hung"
concurrency = 1
[channels.limited]
type = "webhook"
url = "${hook.url}/limited"
max_age = "300ms"
[channels.down]
type = "webhook"
url = "${hook.url}/down"
retry = "0s,1h"
concurrency = 1
circuit_failures = 2
circuit_cooldown = "1h"
` });
});
after(async () => {
  hanging.forEach((x) => x());
  await engine.discard();
  await hook.close();
});

const post = async (channel) => (await engine.post('/api/v1/notifications', { title: 't', message: 'm', channels: [channel] }, publisher)).body.id;
const list = async (query) => (await engine.get(`/api/v1/admin/deliveries?${query}`)).body.items;
const counts = async (channel) => (await engine.get('/api/v1/notifications/stats', admin)).body.deliveries[channel];

test('what waits for its channel\'s rate is pending, and says since when it could go', async () => {
  for (let i = 0; i < 3; ++i) await post('slow');
  await hook.count(1, (x) => x.path === '/slow');
  let done;
  do [done] = await list('channel=slow&status=delivered'); while (!done);
  const waiting = await list('channel=slow&status=pending');
  assert.deepEqual(waiting.map((x) => [x.status, x.attempts]), [['pending', 0], ['pending', 0]]);
  assert.ok(waiting.every((x) => Date.parse(x.next_attempt_at) > 0));
  assert.deepEqual(await list('channel=slow&status=delivering'), []);
  assert.deepEqual([(await counts('slow')).pending, (await counts('slow')).delivered], [2, 1]);
});

test('what its provider has not answered yet is delivering', async () => {
  for (let i = 0; i < 2; ++i) await post('hung');
  await hung;
  const [one, ...more] = await list('channel=hung&status=delivering');
  assert.deepEqual([one.status, one.next_attempt_at, more], ['delivering', null, []]);
  assert.equal((await engine.get(`/api/v1/admin/deliveries/${one.id}`)).body.status, 'delivering');
  assert.equal((await list('channel=hung&status=pending')).length, 1);
  assert.deepEqual([(await counts('hung')).pending, (await counts('hung')).delivering], [1, 1]);
});

test('what fails after it was cancelled in flight was tried all the same', async () => {
  const [{ id }] = await list('channel=hung&status=delivering');
  assert.equal((await engine.post(`/api/v1/admin/deliveries/${id}/cancel`, undefined, admin)).body.status, 'cancelled');
  hanging.shift()(500);
  let told;
  do told = (await engine.get(`/api/v1/admin/deliveries/${id}`)).body; while (told.attempt_log.length === 0);
  assert.deepEqual([told.status, told.reason, told.attempts, told.attempt_log.length], ['cancelled', 'cancelled', 1, 1]);
  assert.deepEqual([told.error_class, told.last_error], ['transient', '500']);
});

test('what ends by its age keeps what its provider said', async () => {
  await post('limited');
  let told;
  do [told] = await list('channel=limited&status=dead'); while (!told);
  assert.deepEqual([told.error_class, told.last_error], ['rate_limited', '429: slow down (not delivered before its time was over)']);
  assert.deepEqual([told.reason, told.attempts], ['expired', 0]);
});

test('what waits behind an open circuit is retrying once it was tried', async () => {
  for (let i = 0; i < 2; ++i) await post('down');
  await hook.count(2, (x) => x.path === '/down');
  let states;
  do states = (await list('channel=down')).map((x) => x.status).sort(); while (states.includes('delivering'));
  assert.ok(states.includes('retrying'), `${states}`);
  assert.deepEqual(await list('channel=down&status=delivering'), []);
});
