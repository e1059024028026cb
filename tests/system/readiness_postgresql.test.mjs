// What /readyz says of a node whose store goes away, and of one that stops.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bridge } from './harness/bridge.mjs';
import { Engine, freshPostgresql } from './harness/engine.mjs';
import { Raw } from './harness/raw.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

test('a store that goes away makes the node unready until it is back', { timeout: 60_000 }, async (t) => {
  const storage = new URL(freshPostgresql());
  const bridge = await Bridge.to(Number(storage.port));
  t.after(() => bridge.close());
  storage.port = bridge.port;
  const engine = await Engine.start({ storage: storage.toString() });
  t.after(() => engine.discard());
  const health = (path) => engine.request('GET', path);
  for (const path of ['/readyz', '/healthz', '/api/v1/health']) assert.equal((await health(path)).status, 200);

  await bridge.close();
  const waiting = engine.post('/api/v1/notifications', { title: 't', message: 'm', user_id: 'u' });
  await engine.logged(/the store fails/);
  for (const path of ['/readyz', '/healthz', '/api/v1/health']) {
    const away = await health(path);
    assert.deepEqual([away.status, away.headers['content-type']], [503, 'application/problem+json']);
    assert.match(away.body.detail, /^storage: ./);
    assert.ok(Number(away.headers['retry-after']) > 0);
  }
  assert.equal((await health('/livez')).status, 200);

  await bridge.open();
  await engine.logged(/the store takes writes again/);
  assert.equal((await waiting).status, 201, 'what waited for the store is stored');
  assert.equal((await health('/readyz')).status, 200);
});

test('a node that stops says so to those who are connected', { timeout: 60_000 }, async (t) => {
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  const receiver = await WebhookReceiver.start({ answer: () => held });
  t.after(() => receiver.close());
  const engine = await Engine.start({ config: `[channels.hook]\ntype = "webhook"\nurl = "${receiver.url}"\n` });
  t.after(() => engine.discard());
  const [one, other] = [await Raw.connect(engine.port), await Raw.connect(engine.port)];
  const ask = (by, path) => by.send(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).answer();
  for (const by of [one, other]) assert.equal((await ask(by, '/readyz')).status, 200);
  const arrived = new Promise((resolve) => { receiver.answer = () => { resolve(); return held; }; });
  await engine.post('/api/v1/notifications', { title: 't', message: 'm', user_id: 'u', channels: ['hook'] });
  await arrived;
  engine.child.kill('SIGTERM');
  await engine.logged(/stopping/);
  let stopping;
  do stopping = await ask(one, '/readyz'); while (stopping.status === 200);
  assert.equal(stopping.status, 503);
  assert.match(JSON.parse(stopping.body).detail, /stopping/);
  assert.equal((await ask(other, '/livez')).status, 200);
  release(204);
  assert.deepEqual(await engine.exited, { code: 0, signal: null });
});

test('a path of what is not there is a problem', async (t) => {
  const engine = await Engine.start();
  t.after(() => engine.discard());
  for (const path of ['/', '/console', '/console/app.js', '/api/v2/notifications']) {
    const { status, headers, body } = await engine.request('GET', path);
    assert.deepEqual([status, headers['content-type'], body.status], [404, 'application/problem+json', 404]);
  }
});
