// Actors that throw: they restart where they stand, and past their intensity the process ends.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Engine, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

let engine, receiver;
before(async () => {
  receiver = await WebhookReceiver.start();
  const orders = `/tmp/carillon-faults-${process.pid}`;
  writeFileSync(orders, '');
  engine = await Engine.start({
    binary: process.env.CARILLON_FAULTY_BINARY,
    env: { CARILLON_TEST_FAULTS: orders },
    config: `
[channels.hook]
type = "webhook"
url = "${receiver.url}"
retry = "100ms"
[[routes]]
event = "**"
channels = ["system", "hook"]
`,
  });
  let given = 0;
  engine.order = async (actor, times) => {
    writeFileSync(orders, `${actor} ${times}\n`);
    const heard = engine.logged(new RegExp(`(fault orders heard[^]*){${++given}}`));
    engine.child.kill('SIGUSR2');
    await heard;
  };
});
after(async () => {
  await engine.discard();
  await receiver.close();
});

const restarts = (actor) => engine.metric(`carillon_restarts_total{actor="${actor}"}`);
const create = (who) => engine.post('/api/v1/notifications', { title: 't', message: 'm', user_id: who });
const happen = (n) => engine.post('/api/v1/events', { type: 'a.b', recipient: 'u', data: { n } });

/** Whole again: it stores, lists, pushes and delivers. */
async function works(name) {
  const live = await Live.open(engine, user(name));
  const { status, body } = await create(name);
  assert.equal(status, 201);
  assert.equal((await live.next()).id, body.id);
  assert.ok((await engine.get('/api/v1/notifications', user(name))).body.some((x) => x.id === body.id));
  const event = await happen(name);
  const { id } = event.body.deliveries.find((x) => x.channel === 'hook');
  await receiver.count(1, (x) => x.id === id && x.status === 204);
  await live.close();
}

for (const actor of ['ingress', 'persistence', 'queries', 'presence', 'sender', 'retry_scheduler'])
  test(`${actor} restarts after a throw and its next message is handled`, { timeout: 60_000 }, async () => {
    await works(`before-${actor}`);
    const already = await restarts(actor);
    await engine.order(actor, 1);
    while (await restarts(actor) === already)
      await Promise.all([create('prod'), happen(actor), engine.get('/api/v1/notifications', user('prod')), engine.get('/api/v1/admin/sessions')]);
    assert.equal(await restarts(actor), already + 1);
    await works(`after-${actor}`);
  });

test('a session that throws ends its own user\'s connections with 1011 and nobody else\'s', { timeout: 60_000 }, async () => {
  const [one, other] = [await Live.open(engine, user('one')), await Live.open(engine, user('other'))];
  await engine.order('session', 1);
  await create('one');
  assert.equal((await one.closed).code, 1011);
  const { body } = await create('other');
  assert.equal((await other.next()).id, body.id);
  await other.close();
  await works('one');
});

test('when presence throws every connection is closed with 1012 and may resume', { timeout: 60_000 }, async () => {
  const live = await Live.open(engine, user('watcher'));
  const { body: seen } = await create('watcher');
  await live.next();
  await engine.order('presence', 1);
  const { body: missed } = await create('watcher');
  assert.equal((await live.closed).code, 1012);
  const again = await Live.open(engine, user('watcher'), { since: seen.seq });
  assert.equal((await again.next()).id, missed.id);
  await again.close();
});

test('past the intensity the process ends with 1, and started again it goes on', { timeout: 60_000 }, async () => {
  const { body: kept } = await create('survivor');
  await engine.order('persistence', 1000);
  while (engine.child.exitCode === null) await create('survivor').catch(() => {});
  assert.deepEqual(await engine.exited, { code: 1, signal: null });
  writeFileSync(`/tmp/carillon-faults-${process.pid}`, '');
  await engine.launch();
  assert.ok((await engine.get('/api/v1/notifications', user('survivor'))).body.some((x) => x.id === kept.id));
  await works('after-the-end');
});
