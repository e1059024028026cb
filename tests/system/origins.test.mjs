// Web pages of other origins: what a browser asks, and what it is told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';

const list = '/api/v1/notifications';
const app = 'https://app.example';
const evil = 'https://evil.example';
const from = (origin, more = {}) => ({ headers: { origin, ...more } });
const preflight = (engine, path, origin, method) => engine.request('OPTIONS', path, from(origin, {
  'access-control-request-method': method, 'access-control-request-headers': 'authorization,content-type,idempotency-key',
}));

test('only pages of allowed origins and of the engine itself may ask and connect', async (t) => {
  const engine = await Engine.start({ server: `allowed_origins = ["${app}", "http://localhost:3000"]` });
  t.after(() => engine.discard());
  const token = user('paged');
  for (const origin of [app, 'http://localhost:3000', engine.url]) {
    const { status, headers } = await engine.request('GET', list, { token, ...from(origin) });
    assert.deepEqual([status, headers['access-control-allow-origin'], headers.vary], [200, origin, 'Origin']);
    const exposed = headers['access-control-expose-headers'].toLowerCase().split(/, */);
    for (const name of ['link', 'ratelimit', 'ratelimit-policy', 'retry-after', 'idempotency-replayed', 'x-ratelimit-remaining'])
      assert.ok(exposed.includes(name), name);
    const asked = await preflight(engine, `${list}/notif-1/read`, origin, 'PUT');
    assert.deepEqual([asked.status, asked.text, asked.headers['access-control-allow-origin']], [204, '', origin]);
    assert.match(asked.headers['access-control-allow-methods'], /PUT/);
    for (const name of ['authorization', 'content-type', 'idempotency-key', 'last-event-id', 'traceparent'])
      assert.ok(asked.headers['access-control-allow-headers'].toLowerCase().includes(name), name);
    const live = await Live.open(engine, token, { options: { origin } });
    await live.close();
  }
  for (const origin of [evil, 'http://app.example', 'https://app.example.evil.example', 'null']) {
    const { status, headers } = await engine.request('GET', list, { token, ...from(origin) });
    assert.deepEqual([status, headers['access-control-allow-origin']], [200, undefined]);
    const asked = await preflight(engine, list, origin, 'GET');
    assert.deepEqual([asked.status, asked.headers['access-control-allow-origin']], [403, undefined]);
    await assert.rejects(Live.open(engine, token, { options: { origin } }), (x) => x.status === 403 && /problem\+json/.test(x.headers['content-type']));
  }
  const programs = await Live.open(engine, token);
  await programs.close();
  // A refusal, too, can be read by the page that asked.
  const refused = await engine.request('GET', list, from(app));
  assert.deepEqual([refused.status, refused.headers['access-control-allow-origin']], [401, app]);
});

test('without a list every page may', async (t) => {
  const engine = await Engine.start();
  t.after(() => engine.discard());
  const { headers } = await engine.request('GET', list, { token: user('any'), ...from(evil) });
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.equal((await preflight(engine, list, evil, 'POST')).headers['access-control-allow-origin'], '*');
  const live = await Live.open(engine, user('any'), { options: { origin: evil } });
  await live.close();
});
