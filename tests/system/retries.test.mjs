// When what failed is tried again: at once where that is the wait, and not before a provider wants it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine, admin } from './harness/engine.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

async function house(t, answer, more = '') {
  const provider = await WebhookReceiver.start({ answer });
  t.after(() => provider.close());
  const engine = await Engine.start({ config: `[channels.hook]\ntype = "webhook"\nurl = "${provider.url}"\n${more}` });
  t.after(() => engine.discard());
  const send = (title) => engine.post('/api/v1/notifications', { title, message: 'm', user_id: 'u', channels: ['hook'] }, admin);
  return { provider, engine, send };
}

test('a retry that is due when its outcome is committed is not lost', async (t) => {
  const tries = new Map();
  const { provider, send } = await house(t, ({ id }) => {
    tries.set(id, (tries.get(id) ?? 0) + 1);
    return tries.get(id) < 4 ? 503 : 204;
  }, 'retry = { schedule = "0s", max_attempts = 8 }\n');
  for (let i = 0; i < 3; ++i) await send(`t${i}`);
  await provider.count(3, (x) => x.status === 204);
  assert.deepEqual([...tries.values()], [4, 4, 4]);
});

test('a wait that the provider wants outlives a kill and other limits, and holds for all of the channel', async (t) => {
  const { provider, engine, send } = await house(t, (_, before) => (before === 0 ? { status: 429, headers: { 'retry-after': '4' } } : 204), 'retry = "10ms"\n');
  await send('first');
  const [{ at }] = await provider.count(1);
  for (;;) {
    const { body } = await engine.get('/api/v1/admin/deliveries', admin);
    if (body.items[0].status === 'retrying') break;
  }
  await engine.kill();
  await engine.launch();
  await send('second');
  const { status } = await engine.put('/api/v1/admin/channels/hook', { rate: '100/s' }, admin);
  assert.equal(status, 200);
  await send('third');
  const [, ...later] = await provider.count(4);
  for (const x of later) assert.ok(x.at - at >= 3900, `${x.at - at} ms after the limit`);
});
