// A changed configuration, taken over by a running node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine, admin, jwt, secret, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';

const list = '/api/v1/notifications';
const token = (name, text, scope = 'publish') => `\n[[auth.service_tokens]]\nname = "${name}"\ntoken = "${text}"\nscopes = ["${scope}"]\n`;
const auth = (...tokens) => `jwt_secret = "${secret}"${tokens.join('')}`;
const reload = (engine, by = admin) => engine.post('/-/reload', undefined, by);

test('POST /-/reload says what changed and what waits for a restart', async (t) => {
  const engine = await Engine.start();
  t.after(() => engine.discard());
  const same = await reload(engine);
  assert.deepEqual([same.status, same.body], [200, { reloaded: true, changed: [] }]);
  engine.configure('[[routes]]\nevent = "a.*"\n', { auth: auth(token('shop', 'the-shop')), server: 'request_limit_per_minute = 2' });
  const done = await reload(engine);
  assert.equal(done.status, 200);
  assert.deepEqual({ ...done.body, changed: done.body.changed.sort() },
    { reloaded: true, changed: ['auth.service_tokens', 'routes', 'server.request_limit_per_minute'] });
  assert.equal((await engine.get(list, user('limited'))).headers['x-ratelimit-limit'], '2');
  assert.equal((await engine.post('/api/v1/events', { type: 'a.b', recipient: 'u', data: {} }, 'the-shop')).body.deliveries.length, 1);
  engine.configure('[[routes]]\nevent = "a.*"\n[channels.late]\ntype = "log"\n', { auth: auth(token('shop', 'the-shop')), server: 'request_limit_per_minute = 2\nmax_connections = 7' });
  const partly = await reload(engine);
  assert.deepEqual(partly.body, { reloaded: true, changed: ['channels.late'], needs_restart: ['server.max_connections'] });
  await engine.logged(/server\.max_connections has changed; it takes effect at the next start/);
});

test('only an operator may', async (t) => {
  const engine = await Engine.start();
  t.after(() => engine.discard());
  assert.equal((await reload(engine, '')).status, 401);
  assert.equal((await reload(engine, user('u'))).status, 403);
  assert.equal((await engine.get('/-/reload')).status, 405);
});

test('a refused file changes nothing and is told', async (t) => {
  const engine = await Engine.start({ auth: auth(token('shop', 'the-shop')) });
  t.after(() => engine.discard());
  const shop = await Live.open(engine, 'the-shop');
  for (const [config, how, path] of [
    ['', { auth: auth(), server: 'lissen = "x"' }, /lissen/],
    ['', { auth: auth(), server: 'allowed_origins = ["app.example"]' }, /allowed_origins/],
    ['', { auth: `issuer = "nobody has a key"` }, /auth\.jwt_secret/],
    ['', { auth: 'jwt_public_key_file = "/nowhere/key.pem"' }, /auth\.jwt_public_key_file/],
    ['[[routes]]\nevent = "**"\nchannels = ["x"]\n', { auth: auth() }, /routes\[0\]/],
  ]) {
    engine.configure(config, how);
    const { status, headers, body } = await reload(engine);
    assert.equal(status, 422, String(path));
    assert.match(headers['content-type'], /problem\+json/);
    assert.ok(body.errors.some((x) => path.test(x.path)), JSON.stringify(body));
    assert.equal((await engine.get(list, 'the-shop')).status, 200);
  }
  assert.match(engine.log, /not reloaded/);
  const made = await engine.post(list, { title: 'still here', message: 'm' }, 'the-shop');
  assert.equal((await shop.next()).id, made.body.id);
  await shop.close();
});

test('connections whose token or key was removed are closed with 4401 and others stay', async (t) => {
  const engine = await Engine.start({ auth: auth(token('shop', 'the-shop'), token('desk', 'the-desk')) });
  t.after(() => engine.discard());
  const open = (by, protocol) => Live.open(engine, by, { protocol });
  const [shop, desk, person, v1] = await Promise.all([open('the-shop'), open('the-desk'), open(user('p')), open(user('p'), 'carillon.v1')]);
  await v1.event('hello');

  engine.configure('', { auth: auth(token('desk', 'the-desk')) });
  engine.child.kill('SIGHUP');
  assert.equal((await shop.closed).code, 4401);
  assert.equal((await engine.get(list, 'the-shop')).status, 401);
  await assert.rejects(open('the-shop'), (x) => x.status === 401);
  const made = await engine.post(list, { title: 't', message: 'm' }, admin);
  for (const one of [desk, person]) assert.equal((await one.next()).id, made.body.id);
  assert.equal((await v1.event('notification')).id, made.body.id);

  const key = 'another secret of the tests, also longer than thirty-two';
  engine.configure('', { auth: `jwt_secret = "${key}"${token('desk', 'the-desk')}` });
  assert.equal((await reload(engine)).status, 200);
  for (const one of [person, v1]) assert.equal((await one.closed).code, 4401);
  assert.equal((await engine.get(list, user('p'))).status, 401);
  const renewed = await open(jwt({ sub: 'p' }, { key }));
  await engine.post(list, { title: 'again', message: 'm' }, 'the-desk');
  for (const one of [desk, renewed]) assert.equal((await one.next()).title, 'again');
  await Promise.all([desk.close(), renewed.close()]);
});
