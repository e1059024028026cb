// The page cache survives a kill, so durability is shown apart from it: by taking back what was
// not flushed, and by the order of system calls.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Engine, user } from './harness/engine.mjs';
import { cutPower } from './harness/power_cut.mjs';

const load = async (engine, who, acknowledged) => {
  for (let i = 0; ; ++i) {
    const answer = await engine.post('/api/v1/notifications', { title: `t${i}`, message: 'm', user_id: who }).catch(() => null);
    if (!answer) return;
    if (answer.status === 201) acknowledged.push(answer.body.id);
  }
};

const inbox = async (engine, who) => {
  const found = new Set();
  for (let path = '/api/v1/notifications?limit=100'; path;) {
    const { body, headers } = await engine.get(path, user(who));
    body.forEach((x) => found.add(x.id));
    path = headers.link?.match(/<([^>]+)>/)?.[1];
  }
  return found;
};

test('what was acknowledged survives a power cut', { timeout: 120_000 }, async () => {
  const preload = process.env.CARILLON_UNSYNCED;
  assert.ok(preload, 'CARILLON_UNSYNCED names the preload library');
  const engine = await Engine.start({ env: { LD_PRELOAD: preload } });
  for (let round = 0; round < 10; ++round) {
    const acknowledged = [];
    const workers = Array.from({ length: 8 }, () => load(engine, `u${round}`, acknowledged));
    while (acknowledged.length < 50 + round * 20) await engine.get('/livez');
    await engine.kill();
    await Promise.all(workers);
    cutPower(engine.directory);
    await engine.launch();
    const found = await inbox(engine, `u${round}`);
    for (const id of acknowledged) assert.ok(found.has(id), `${id} was acknowledged and is lost in round ${round}`);
  }
  await engine.discard();
});

test('a flush stands between each request\'s arrival and its 201', { timeout: 60_000 }, async () => {
  const trace = `${mkdtempSync('/tmp/carillon-trace-')}/trace`;
  const engine = await Engine.start({
    wrapper: ['strace', '-D', '-f', '-qq', '-s', '64', '-e', 'trace=read,readv,recvfrom,recvmsg,write,writev,sendto,sendmsg,fsync,fdatasync', '-o', trace],
  });
  for (let i = 0; i < 20; ++i) assert.equal((await engine.post('/api/v1/notifications', { title: 't', message: 'm', user_id: 'x' })).status, 201);
  await engine.stop();
  let state = 'waiting';
  let shown = 0;
  for (const line of readFileSync(trace, 'utf8').split('\n')) {
    if (/POST \/api\/v1\/notifications/.test(line)) state = 'arrived';
    else if (state === 'arrived' && /(fsync|fdatasync)(\(| resumed)[^=]*= 0/.test(line)) state = 'flushed';
    else if (/HTTP\/1\.1 201/.test(line)) {
      assert.equal(state, 'flushed', line);
      state = 'waiting';
      ++shown;
    }
  }
  assert.equal(shown, 20);
  await engine.discard();
});
