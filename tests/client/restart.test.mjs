// The engine is killed and started again under the client.

import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Engine, user } from '../system/harness/engine.mjs';
import { listen } from './harness/heard.mjs';

const limit = { timeout: 120_000 };

async function started(t) {
  const engine = await Engine.start();
  t.after(() => engine.discard());
  return engine;
}

const post = (engine, i) => engine.post('/api/v1/notifications', { title: `${i}`, message: 'm', user_id: 'alice' });

/** Creates without a pause until told to stop; the ids that the engine answered for. */
function creating(engine) {
  const made = [];
  let going = true;
  const done = (async () => {
    while (going) {
      const answer = await post(engine, made.length).catch(() => undefined);
      if (answer?.status === 201) made.push(answer.body.id);
      else await new Promise(setImmediate);
    }
  })();
  return { made, stop: () => { going = false; return done; } };
}

test('killed under load, nothing is lost, nothing repeats and the order holds', limit, async (t) => {
  const engine = await started(t);
  const heard = listen(engine.url, user('alice'), { attempts: 1000 });
  heard.client.connect();
  await heard.count('hello', 1);
  const load = creating(engine);
  for (let round = 1; round <= 5; ++round) {
    await heard.count('notification', heard.ids.length + 50);
    await engine.kill();
    await engine.launch();
    await heard.count('hello', round + 1);
  }
  await heard.count('notification', heard.ids.length + 50);
  await load.stop();
  await heard.until(() => load.made.every((x) => heard.ids.includes(x)));
  assert.equal(new Set(heard.ids).size, heard.ids.length, 'no repeats');
  const seqs = heard.of('notification').map((x) => x.seq);
  assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b), 'in order');
  // What was committed as the engine died was never answered for, and is heard all the same.
  const { body } = await engine.get('/api/v1/notifications?limit=100', user('alice'));
  assert.deepEqual(heard.ids.slice(-100), body.map((x) => x.id).reverse());
});

test('stopped in good order it is left for polling and taken up again', limit, async (t) => {
  const engine = await started(t);
  const heard = listen(engine.url, user('alice'));
  heard.client.connect();
  await heard.count('hello', 1);
  await engine.stop();
  await heard.state('polling');
  await engine.launch();
  await post(engine, 1);
  await heard.count('notification', 1);
  await heard.state('open');
  await post(engine, 2);
  await heard.count('notification', 2);
  assert.deepEqual(heard.of('notification').map((x) => x.title), ['1', '2']);
});

test('over a store that begins anew it lists what the new one holds, and says so', limit, async (t) => {
  const engine = await started(t);
  const heard = listen(engine.url, user('alice'), { attempts: 1000 });
  heard.client.connect();
  await heard.count('hello', 1);
  for (let i = 0; i < 5; ++i) await post(engine, i);
  await heard.count('notification', 5);
  heard.client.close();
  await engine.kill();
  for (const name of readdirSync(engine.directory).filter((x) => x.startsWith('carillon.db'))) rmSync(join(engine.directory, name));
  await engine.launch();
  const missed = [(await post(engine, 'a')).body.id, (await post(engine, 'b')).body.id];
  heard.client.connect();
  const [{ oldest_seq, listed, truncated }] = await heard.count('resume_failed', 1);
  assert.deepEqual([oldest_seq, listed, truncated], [1, 2, false]);
  const live = (await post(engine, 'c')).body.id;
  await heard.count('notification', 8);
  assert.deepEqual(heard.ids.slice(5), [...missed, live]);
  assert.equal(heard.client.seq, 3);
});
