import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { Engine, freshPostgresql, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { resumeCases } from './resume_cases.mjs';

resumeCases({ storage: freshPostgresql });

const v1 = 'carillon.v1';

test('a resume from before what retention keeps fails aloud and a later one is whole', async (t) => {
  const engine = await Engine.start({ storage: freshPostgresql() });
  t.after(() => engine.discard());
  const sql = (text) => {
    const done = spawnSync('psql', [engine.storage, '-qAtc', text], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout.trim();
  };
  const create = async () => (await engine.post('/api/v1/notifications', { title: 't', message: 'm', user_id: 'old' })).body.seq;
  for (let i = 0; i < 120; ++i) await create();
  await engine.stop();
  sql(`update notifications set visible_at = visible_at - 100 * 86400000::bigint where seq <= 70`);
  await engine.launch();
  while (sql(`select floor from sequences where name = 'inbox'`) !== '70');

  for (const since of [0, 69]) {
    const told = await Live.open(engine, user('old'), { since, protocol: v1 });
    assert.equal((await told.event('hello')).seq, 120);
    assert.deepEqual(await told.event('resume_failed'), { oldest_seq: 71 });
    await told.settled();
    assert.deepEqual(told.frames, []);
    await told.close();
    const plain = await Live.open(engine, user('old'), { since });
    assert.equal(plain.upgrade['carillon-resume'], 'failed');
    await plain.close();
  }
  const whole = await Live.open(engine, user('old'), { since: 70 });
  assert.equal(whole.upgrade['carillon-resume'], undefined);
  for (let seq = 71; seq <= 120; ++seq) assert.equal((await whole.next()).seq, seq);
  const next = await create();
  assert.equal((await whole.next()).seq, next);
  await whole.close();
});
