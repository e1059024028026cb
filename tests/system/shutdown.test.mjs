// SIGTERM under load: everything accepted is on disk, and the process ends in order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

test('everything accepted is on disk after SIGTERM under load', async (t) => {
  const receiver = await WebhookReceiver.start();
  t.after(() => receiver.close());
  const engine = await Engine.start({
    config: `
[channels.hook]
type = "webhook"
url = "${receiver.url}"
[[routes]]
event = "**"
channels = ["system", "hook"]
`,
  });
  t.after(() => engine.discard());
  const sockets = await Promise.all(Array.from({ length: 50 }, (_, i) => Live.open(engine, user(`u${i}`))));
  const accepted = [];
  const answered = new Map();
  let ended = false;
  const produce = async (worker) => {
    for (let i = 0; !ended; ++i) {
      const answer = await engine.post('/api/v1/events', { type: 'order.paid', recipient: 'u1', data: { n: `${worker}/${i}` } }).catch(() => null);
      if (!answer) return;
      answered.set(answer.status, (answered.get(answer.status) ?? 0) + 1);
      if (answer.status === 202) accepted.push(...answer.body.deliveries);
    }
  };
  const workers = Array.from({ length: 16 }, (_, i) => produce(i));
  await receiver.count(200);
  const exit = await engine.stop();
  ended = true;
  await Promise.all(workers);
  assert.deepEqual(exit, { code: 0, signal: null });
  for (const socket of sockets) assert.equal((await socket.closed).code, 1001);
  assert.ok([...answered.keys()].every((x) => x === 202 || x === 503), JSON.stringify([...answered]));
  await engine.launch();
  const hooks = accepted.filter((x) => x.channel === 'hook').map((x) => x.id);
  for (const id of hooks) await receiver.count(1, (x) => x.id === id);
  for (const id of [hooks[0], hooks.at(-1)]) assert.equal((await engine.get(`/api/v1/admin/deliveries/${id}`)).status, 200);
  const times = new Map();
  receiver.requests.forEach(({ id }) => times.set(id, (times.get(id) ?? 0) + 1));
  assert.ok([...times.values()].every((x) => x === 1), 'an orderly stop repeats nothing');
});

test('a restart keeps a retry\'s time and the attempts made', async (t) => {
  let failing = true;
  const receiver = await WebhookReceiver.start({ answer: () => (failing ? 500 : 204) });
  t.after(() => receiver.close());
  const engine = await Engine.start({
    config: `
[channels.hook]
type = "webhook"
url = "${receiver.url}"
retry = "2s"
[[routes]]
event = "**"
channels = ["hook"]
`,
  });
  t.after(() => engine.discard());
  const { body } = await engine.post('/api/v1/events', { type: 'a.b', data: {} });
  await receiver.count(1);
  const { id } = body.deliveries[0];
  let planned;
  do planned = (await engine.get(`/api/v1/admin/deliveries/${id}`)).body; while (planned.status !== 'retrying');
  failing = false;
  await engine.stop();
  await engine.launch();
  const [, second] = await receiver.count(2);
  const due = Date.parse(planned.next_attempt_at);
  assert.ok(second.at >= due - 50 && second.at < due + 2000, `${second.at - due} ms after its time`);
  let story;
  do story = (await engine.get(`/api/v1/admin/deliveries/${id}`)).body; while (story.status !== 'delivered');
  assert.equal(story.attempts, 2);
});
