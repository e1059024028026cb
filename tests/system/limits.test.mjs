// How much one subject may ask, and how many may be connected.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { Stream } from './harness/stream.mjs';

const list = '/api/v1/notifications';

test('a user may ask a hundred times a minute and is told where they stand', async (t) => {
  const engine = await Engine.start();
  t.after(() => engine.discard());
  const mine = user('busy');
  for (let i = 1; i <= 100; ++i) {
    const { status, headers } = await engine.get(i % 2 ? list : `${list}/unread-count`, mine);
    assert.equal(status, 200);
    assert.equal(headers['x-ratelimit-limit'], '100');
    assert.equal(headers['x-ratelimit-remaining'], String(100 - i));
    assert.match(headers['ratelimit-policy'], /^"user";q=100;w=60$/);
    assert.match(headers.ratelimit, new RegExp(`^"user";r=${100 - i};t=([1-9]|[1-5][0-9]|60)$`));
  }
  const refused = await engine.get(list, mine);
  assert.equal(refused.status, 429);
  assert.match(refused.headers['content-type'], /^application\/problem\+json/);
  assert.equal(refused.body.status, 429);
  const wait = Number(refused.headers['retry-after']);
  assert.ok(wait >= 1 && wait <= 60, refused.headers['retry-after']);
  assert.equal(refused.headers['x-ratelimit-reset'], refused.headers['retry-after']);
  assert.equal(refused.headers['x-ratelimit-remaining'], '0');
  assert.match(refused.headers.ratelimit, /^"user";r=0;/);

  // Another user, the socket and open paths are not touched by it.
  assert.equal((await engine.get(list, user('calm'))).status, 200);
  assert.equal((await engine.request('GET', '/livez')).headers.ratelimit, undefined);
  const live = await Live.open(engine, mine);
  await live.close();
  assert.equal((await engine.get(list, mine)).status, 429);
});

test('producers and operators are not counted by default', async (t) => {
  const engine = await Engine.start({
    server: 'request_limit_per_minute = 2',
    auth: `jwt_secret = "a secret of the tests, longer than thirty-two bytes"\n[[auth.service_tokens]]\nname = "shop"\ntoken = "the-shop"`,
  });
  t.after(() => engine.discard());
  for (const token of [publisher, admin, 'the-shop'])
    for (let i = 0; i < 5; ++i) {
      const { status, headers } = await engine.get(list, token);
      assert.deepEqual([status, headers.ratelimit], [200, undefined]);
    }
});

test('a producer may have a figure of its own', async (t) => {
  const engine = await Engine.start({
    server: 'producer_limit_per_minute = 3\nrequest_limit_per_minute = 0',
    auth: `jwt_secret = "a secret of the tests, longer than thirty-two bytes"\n[[auth.service_tokens]]\nname = "shop"\ntoken = "the-shop"`,
  });
  t.after(() => engine.discard());
  const post = (token) => engine.post(list, { title: 't', message: 'm' }, token);
  for (let i = 0; i < 3; ++i) {
    const { status, headers } = await post('the-shop');
    assert.equal(status, 201);
    assert.match(headers['ratelimit-policy'], /^"producer";q=3;w=60$/);
  }
  const refused = await post('the-shop');
  assert.equal(refused.status, 429);
  assert.ok(refused.headers['retry-after']);
  assert.equal((await post(publisher)).status, 201);
  for (let i = 0; i < 5; ++i) assert.equal((await engine.get(list, user('free'))).status, 200);
});

test('connections past the bound are refused with 503 before the upgrade', async (t) => {
  const engine = await Engine.start({ server: 'max_connections = 3' });
  t.after(() => engine.discard());
  const open = () => Live.open(engine, user('crowd'));
  const held = await Promise.all([open(), open(), open()]);
  await assert.rejects(open(), (x) => x.status === 503 && Number(x.headers['retry-after']) >= 1
    && /problem\+json/.test(x.headers['content-type']));
  await assert.rejects(Stream.open(engine, user('crowd')), (x) => x.status === 503 && Number(x.headers['retry-after']) >= 1
    && /problem\+json/.test(x.headers['content-type']) && JSON.parse(x.text).status === 503);
  assert.equal((await fetch(`${engine.url}/socket.io/?EIO=4&transport=polling`)).status, 503);
  assert.equal(await engine.metric('carillon_http_requests_total{code="200",route="/api/v1/stream"}'), 0);
  assert.equal(await engine.metric('carillon_http_requests_total{code="503",route="/api/v1/stream"}'), 1);
  assert.equal((await engine.get(list, user('crowd'))).status, 200);
  assert.equal(await engine.metric('websocket_connections_active'), 3);
  await held[0].close();
  while (await engine.metric('websocket_connections_active') > 2);
  const again = await open();
  assert.equal((await engine.post(list, { title: 't', message: 'm', user_id: 'crowd' })).status, 201);
  for (const one of [held[1], held[2], again]) assert.equal((await one.next()).title, 't');
  await Promise.all([held[1], held[2], again].map((x) => x.close()));
});

test('connections past a user\'s own bound are closed with 4429', async (t) => {
  const engine = await Engine.start({ server: 'max_connections_per_user = 2' });
  t.after(() => engine.discard());
  const held = await Promise.all([Live.open(engine, user('a')), Live.open(engine, user('a'))]);
  assert.equal((await (await Live.open(engine, user('a'))).closed).code, 4429);
  const other = await Live.open(engine, user('b'));
  await Promise.all([...held, other].map((x) => x.close()));
});
