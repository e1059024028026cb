// Who is told that somebody comes or goes, by `presence.announce`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine, admin, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { SocketIo } from './harness/socketio.mjs';
import { Stream } from './harness/stream.mjs';

const limit = { timeout: 60_000 };
const protocol = 'carillon.v1';

async function start(t, announce) {
  const engine = await Engine.start({ config: `[presence]\nannounce = "${announce}"` });
  t.after(() => engine.discard());
  const open = async (token) => {
    const live = await Live.open(engine, token, { protocol });
    await live.event('hello');
    return live;
  };
  return { engine, open };
}

test('told to all, everybody hears who comes and goes, whatever they speak', limit, async (t) => {
  const { engine, open } = await start(t, 'all');
  const live = await open(user('ann'));
  const stream = await Stream.open(engine, user('ben'));
  await stream.event('hello');
  const socket = await SocketIo.open(engine, user('cat'));
  await socket.event('hello');
  const plain = await Live.open(engine, user('dan'));
  for (const one of [live, socket]) while ((await one.event('user:online')).userId !== 'dan');
  assert.deepEqual((await stream.event('user:online')).data, { userId: 'cat' });
  assert.deepEqual((await stream.next()).data, { userId: 'dan' });
  await plain.close();
  assert.deepEqual(plain.frames, []);
  assert.deepEqual(await live.event('user:offline'), { userId: 'dan' });
  assert.deepEqual((await stream.event('user:offline')).data, { userId: 'dan' });
  stream.close();
  socket.close();
  await live.close();
});

test('a flood is told as one change, and who asks sees all', limit, async (t) => {
  const { engine, open } = await start(t, 'all');
  const live = await open(user('ann'));
  const many = await Promise.all(Array.from({ length: 150 }, (_, i) => Live.open(engine, user(`u${i}`))));
  while ((await live.event('presence:changed')).online < 151);
  assert.equal((await engine.get('/api/v1/presence', admin)).body.online, 151);
  await Promise.all([...many, live].map((x) => x.close()));
});

test('told to nobody, operators are refused aloud', limit, async (t) => {
  const { open } = await start(t, 'off');
  const live = await open(admin);
  live.send({ event: 'subscribe', data: { topics: ['presence'] } });
  assert.equal((await live.event('error')).code, 'forbidden');
  const guest = await open(user('ann'));
  await live.settled();
  assert.deepEqual(live.frames, []);
  await Promise.all([live.close(), guest.close()]);
});
