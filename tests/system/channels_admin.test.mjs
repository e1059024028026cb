// Channels as an operator changes them on a running node.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Engine, admin, secret as jwtSecret, run, user } from './harness/engine.mjs';
import { DingtalkRobot, WebhookReceiver } from './harness/receiver.mjs';

const key = randomBytes(32).toString('base64');
const whsec = (text) => `whsec_${Buffer.from(text.padEnd(32, '.')).toString('base64')}`;
const auth = (master = key) => `jwt_secret = "${jwtSecret}"${master ? `\nmaster_key = "${master}"` : ''}`;
const local = '[outbound]\nallow_private = ["127.0.0.0/8"]\n';
const path = (name, verb) => `/api/v1/admin/channels/${name}${verb ? `/${verb}` : ''}`;
const mask = '********';

async function started(t, { config = '', master, ...more } = {}) {
  const engine = await Engine.start({ config: local + config, auth: auth(master), ...more });
  t.after(() => engine.discard());
  return engine;
}

async function receiver(t, options) {
  const made = await WebhookReceiver.start(options);
  t.after(() => made.close());
  return made;
}

const send = (engine, channel, title = 't') =>
  engine.post('/api/v1/notifications', { title, message: 'm', user_id: 'u', channels: [channel] }, admin);

const paths = ({ body }) => body.errors.map((x) => x.path).sort();

/** Everything the store's files hold, as bytes in one text. */
const stored = (engine) => readdirSync(engine.directory).filter((x) => x.startsWith('carillon.db'))
  .map((x) => readFileSync(join(engine.directory, x), 'latin1')).join('');

test('a channel that only the API knows works until it is removed', async (t) => {
  const hook = await receiver(t, { secret: whsec('one') });
  const engine = await started(t);
  const made = await engine.put(path('hook'), { type: 'webhook', url: hook.url, secret: whsec('one'), retry: '100ms' }, admin);
  assert.equal(made.status, 201);
  const { origin, state, secret, url, type, retry } = made.body;
  assert.deepEqual({ origin, state, secret, url, type, retry }, { origin: 'api', state: 'active', secret: mask, url: hook.url, type: 'webhook', retry: '100ms' });
  assert.deepEqual((await engine.get(path('hook'))).body, made.body);
  assert.equal((await send(engine, 'hook')).status, 201);
  await hook.count(1);

  const names = (await engine.get('/api/v1/admin/channels')).body.items.map((x) => [x.name, x.origin]);
  assert.deepEqual(names, [['hook', 'api'], ['system', 'file']]);
  assert.equal((await engine.delete(path('hook'), admin)).status, 204);
  assert.equal((await engine.get(path('hook'))).status, 404);
  assert.equal((await engine.delete(path('hook'), admin)).status, 404);
  assert.equal((await send(engine, 'hook')).status, 422);
});

test('an override wins until it is deleted, over restarts too', async (t) => {
  const hook = await receiver(t);
  const config = `${local}[channels.hook]\ntype = "webhook"\nurl = "${hook.url}/file"\nsecret = "${whsec('file')}"\nrate = "1000/s"\n`;
  const engine = await Engine.start({ config, auth: auth() });
  t.after(() => engine.discard());
  const file = (await engine.get(path('hook'))).body;
  assert.deepEqual([file.origin, file.rate, file.secret], ['file', '1000/s', mask]);

  const changed = await engine.put(path('hook'), { ...file, url: `${hook.url}/api`, rate: '500/s' }, admin);
  assert.deepEqual([changed.status, changed.body.origin, changed.body.rate], [200, 'override', '500/s']);
  await send(engine, 'hook');
  assert.equal((await hook.count(1))[0].path, '/api');

  await engine.stop();
  await engine.launch();
  assert.deepEqual((await engine.get(path('hook'))).body, changed.body);
  await send(engine, 'hook');
  assert.equal((await hook.count(2))[1].path, '/api');

  const back = await engine.delete(path('hook'), admin);
  assert.deepEqual([back.status, back.body], [200, file]);
  await send(engine, 'hook');
  assert.equal((await hook.count(3))[2].path, '/file');
});

test('no secret is told or stored in clear, and a mask sent back keeps it', async (t) => {
  const hook = await receiver(t, { secret: whsec('sealed secret of the hook') });
  const engine = await started(t);
  const put = (body) => engine.put(path('hook'), body, admin);
  const secret = whsec('sealed secret of the hook');
  const answers = [await put({ type: 'webhook', url: hook.url, secret })];
  answers.push(await put({ ...answers[0].body, concurrency: 7 }), await engine.get(path('hook')),
    await engine.get('/api/v1/admin/channels'), await engine.get('/api/v1/admin/audit'));
  for (const { status, text } of answers) {
    assert.ok(status < 300, text);
    assert.ok(!text.includes(secret) && !text.includes(secret.slice(6)), text);
  }
  assert.equal(answers[2].body.concurrency, 7);
  await send(engine, 'hook');
  assert.equal((await hook.count(1))[0].status, 204);
  const raw = stored(engine);
  assert.ok(raw.includes('aes-256-gcm:'));
  assert.ok(!raw.includes(secret.slice(6)));
  assert.ok(!engine.log.includes(secret.slice(6)));

  const nothing = await engine.put(path('other'), { type: 'webhook', url: hook.url, secret: mask }, admin);
  assert.deepEqual([nothing.status, paths(nothing)], [422, ['/secret']]);
});

test('the secrets of a URL are told nowhere, and their masks sent back keep them', async (t) => {
  const hook = await receiver(t);
  const url = `${hook.url.replace('//', '//usr:pass-of-url@')}/in?token=token-of-url`;
  const engine = await started(t, { config: `[channels.hook]\ntype = "webhook"\nurl = "${url}"\n` });
  const [put, before] = [(body) => engine.put(path('hook'), body, admin), await engine.get(path('hook'))];
  const answers = [before, await put({ ...before.body, concurrency: 7 }), await engine.get('/api/v1/admin/channels'), await engine.get('/api/v1/admin/audit')];
  for (const { status, text } of answers) assert.ok(status < 300 && !text.includes('-of-url'), text);
  const shown = url.replace('pass-of-url', mask).replace('token-of-url', mask);
  assert.deepEqual([answers[0].body.url, answers[1].body.url, answers[1].body.concurrency], [shown, shown, 7]);
  await send(engine, 'hook');
  const [{ path: reached, headers }] = await hook.count(1);
  assert.deepEqual([reached, headers.authorization], ['/in?token=token-of-url', `Basic ${btoa('usr:pass-of-url')}`]);
  assert.ok(!engine.log.includes('-of-url'));
  const own = await put({ url: `${hook.url}/own?token=token-of-url` });
  assert.equal((await put({ url: own.body.url, concurrency: 3 })).body.url, `${hook.url}/own?token=${mask}`);
  await send(engine, 'hook');
  assert.equal((await hook.count(2))[1].path, '/own?token=token-of-url');
  assert.deepEqual(paths(await put({ url: shown })), ['/url']);
  assert.deepEqual(paths(await put({ max_age: '0s', circuit_cooldown: '0s', timeout_seconds: 0 })), ['/circuit_cooldown', '/max_age', '/timeout_seconds']);
});

test('another master key, or none, ends the start with exit 2', async (t) => {
  const engine = await started(t);
  assert.equal((await engine.put(path('hook'), { type: 'webhook', url: 'https://example.org/', secret: whsec('x') }, admin)).status, 201);
  await engine.stop();
  for (const [master, says] of [[randomBytes(32).toString('base64'), /not the one/], ['', /not set/]]) {
    engine.configure(local, { auth: auth(master) });
    const { status, stderr } = run(['serve', '--config', engine.file]);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /channels\.hook.*auth\.master_key/);
    assert.match(stderr, says);
  }
  engine.configure(local, { auth: auth('c2hvcnQ=') });
  assert.match(run(['serve', '--config', engine.file]).stderr, /auth\.master_key: must be 32 bytes in base64/);
  engine.configure(local, { auth: auth() });
  await engine.launch();
  assert.equal((await engine.get(path('hook'))).body.secret, mask);
});

test('without a master key a secret cannot be stored, and that is said', async (t) => {
  const engine = await started(t, { master: '' });
  const refused = await engine.put(path('hook'), { type: 'webhook', url: 'https://example.org/', secret: whsec('x') }, admin);
  assert.equal(refused.status, 409);
  assert.match(refused.body.detail, /auth\.master_key/);
  assert.equal((await engine.get(path('hook'))).status, 404);
  assert.equal((await engine.put(path('quiet'), { type: 'log' }, admin)).status, 201);
});

test('settings are held to what the file is held to', async (t) => {
  const engine = await Engine.start({ config: '[channels.log]\ntype = "log"\n', auth: auth() });
  t.after(() => engine.discard());
  for (const [name, body, expected] of [
    ['x', { type: 'nonsense' }, ['/type']],
    ['x', {}, ['/type']],
    ['x', { type: 'webhook', secret: 'short' }, undefined],
    ['log', { rate: 'often', concurrency: 0, retry: { backoff: 'exponential', base: '2s', cap: '1s' }, wat: 1 }, ['/concurrency', '/rate', '/retry/cap', '/wat']],
    ['log', { failover: ['nobody'] }, ['/failover/0']],
    ['log', { name: 'other' }, ['/name']],
    ['x', { type: 'webhook', url: 'http://127.0.0.1:9/' }, ['/url']],
    ['x', { type: 'webhook', url: 'http://169.254.169.254/latest' }, ['/url']],
    ['x', { type: 'webhook', url: 'https://example.org/', secret_file: '/etc/passwd' }, ['/secret_file']],
    ['no spaces', { type: 'log' }, ['/type']],
  ]) {
    const refused = await engine.put(path(encodeURIComponent(name)), body, admin);
    assert.equal(refused.status, 422, JSON.stringify([body, refused.body]));
    if (expected) assert.deepEqual(paths(refused), expected);
  }
  assert.equal((await engine.put(path('log'), '{', admin)).status, 400);
  assert.equal((await engine.put(path('log'), '[]', admin)).status, 422);
  assert.deepEqual((await engine.get(path('log'))).body.origin, 'file');
  assert.equal((await engine.put(path('log'), {}, user('u'))).status, 403);
});

test('what the API names reaches no private network, even by a name', async (t) => {
  const hook = await receiver(t);
  const engine = await Engine.start({ auth: auth() });
  t.after(() => engine.discard());
  const url = hook.url.replace('127.0.0.1', 'localhost');
  assert.equal((await engine.put(path('hook'), { type: 'webhook', url, retry: '10m' }, admin)).status, 201);
  const { body } = await engine.post('/api/v1/notifications/multi-channel', { channels: ['hook'], recipient: 'u', title: 't', content: 'm' }, admin);
  assert.deepEqual(body.results, { hook: false });
  assert.match(body.deliveries[0].error, /refused/);
  assert.equal(hook.requests.length, 0);
});

test('a channel changes under load and no delivery is lost', async (t) => {
  const total = 400;
  const titles = new Set();
  let attempts = 0;
  let all;
  const complete = new Promise((resolve) => { all = resolve; });
  const answer = ({ body }) => {
    ++attempts;
    titles.add(body.data.title);
    if (titles.size === total) all();
    return 204;
  };
  const [first, second] = [await receiver(t, { answer }), await receiver(t, { answer })];
  const engine = await started(t, { config: `[channels.hook]\ntype = "webhook"\nurl = "${first.url}"\nconcurrency = 2\nretry = "100ms,100ms"\n` });
  const posts = Array.from({ length: total }, (_, i) => send(engine, 'hook', `n${i}`));
  await first.count(20);
  assert.equal((await engine.put(path('hook'), { url: second.url, concurrency: 16 }, admin)).status, 200);
  await second.count(20);
  assert.equal((await engine.delete(path('hook'), admin)).status, 200);
  await Promise.all(posts);
  await complete;
  assert.equal(attempts, total);
});

test('a paused channel keeps what it has, over a restart, until it is resumed', async (t) => {
  const hook = await receiver(t);
  const engine = await started(t, { config: `[channels.hook]\ntype = "webhook"\nurl = "${hook.url}"\n` });
  assert.equal((await engine.post(path('hook', 'pause'), undefined, admin)).body.state, 'paused');
  assert.equal((await send(engine, 'hook')).status, 201);
  await engine.stop();
  await engine.launch();
  assert.equal((await engine.get(path('hook'))).body.state, 'paused');
  const [waiting] = (await engine.get('/api/v1/admin/deliveries?channel=hook')).body.items;
  assert.deepEqual([waiting.status, waiting.attempts, hook.requests.length], ['pending', 0, 0]);
  assert.equal((await engine.post(path('hook', 'resume'), undefined, admin)).body.state, 'active');
  await hook.count(1);
  assert.equal((await engine.post(path('system', 'pause'), undefined, admin)).status, 409);
  assert.equal((await engine.post(path('nobody', 'pause'), undefined, admin)).status, 404);
});

test('a channel switched off skips, and sends again when it is on', async (t) => {
  const hook = await receiver(t);
  const engine = await started(t, { config: `[channels.hook]\ntype = "webhook"\nurl = "${hook.url}"\n` });
  assert.equal((await engine.put(path('hook'), { enabled: false }, admin)).body.state, 'disabled');
  await send(engine, 'hook');
  const [skipped] = (await engine.get('/api/v1/admin/deliveries?channel=hook')).body.items;
  assert.equal(skipped.status, 'skipped');
  assert.equal((await engine.put(path('hook'), { enabled: true }, admin)).body.state, 'active');
  await send(engine, 'hook');
  await hook.count(1);
});

test('refused credentials break a channel until it is configured anew', async (t) => {
  const robot = await DingtalkRobot.start({ secret: 'SECright' });
  const operator = await receiver(t);
  t.after(() => robot.close());
  const engine = await started(t, { config: `[alerts]\nchannel = "operator"\n[channels.operator]\ntype = "webhook"\nurl = "${operator.url}"\n[channels.ops]\ntype = "dingtalk"\nwebhook_url = "${robot.webhook}"\nsecret = "SECwrong"\nrate = "off"\n` });
  const alerted = ({ body }) => body.data.data.kind === 'credentials_refused';
  const accepted = (x) => x.verdict.errcode === 0;
  await send(engine, 'ops', 'dies');
  await robot.count(1);
  await engine.logged(/credentials were refused/);
  const broken = (await engine.get(path('ops'))).body;
  assert.equal(broken.state, 'broken');
  assert.match(broken.detail, /310000/);
  await operator.count(1, alerted);
  await send(engine, 'ops', 'waits 1');
  await engine.kill();
  await engine.launch();
  await send(engine, 'ops', 'waits 2');
  await engine.stop();
  await engine.launch();
  await send(engine, 'ops', 'waits 3');
  assert.deepEqual((await engine.get(path('ops'))).body, broken);
  const waiting = (await engine.get('/api/v1/admin/deliveries?channel=ops&status=pending')).body.items;
  assert.deepEqual(waiting.map((x) => x.attempts), [0, 0, 0]);
  assert.equal(robot.requests.length, 1);
  const mended = await engine.put(path('ops'), { secret: 'SECright' }, admin);
  assert.deepEqual([mended.body.state, mended.body.origin], ['active', 'override']);
  const texts = (await robot.count(3, accepted)).map((x) => JSON.stringify(x.body));
  for (const i of [1, 2, 3]) assert.ok(texts.some((x) => x.includes(`waits ${i}`)), texts.join());
  assert.deepEqual(robot.requests.map((x) => x.verdict.errcode), [310000, 0, 0, 0]);
  await operator.count(1, ({ body }) => body.data.data.status === 'resolved');
  assert.equal(operator.requests.filter((x) => alerted(x) && x.body.data.data.status === 'firing').length, 1);
});

test('the test of a channel says what can be said', async (t) => {
  const engine = await started(t, { config: '[channels.log]\ntype = "log"\n[channels.off]\ntype = "log"\nenabled = false\n[channels.ops]\ntype = "dingtalk"\nwebhook_url = "http://127.0.0.1:9/robot"\n' });
  const tested = async (name) => (await engine.post(path(name, 'test'), undefined, admin)).body;
  assert.deepEqual([(await tested('log')).ok, (await tested('system')).ok, (await tested('off')).ok], [true, true, false]);
  assert.deepEqual(await tested('ops'), { ok: true, detail: 'cannot be tested without sending' });
  assert.match(run(['check', '--config', engine.file]).stdout, /^skip ops dingtalk cannot be tested without sending$/m);
  assert.equal((await engine.post(path('nobody', 'test'), undefined, admin)).status, 404);
});

test('a channel that something names is not removed', async (t) => {
  const engine = await started(t, { config: '[channels.log]\ntype = "log"\n' });
  await engine.put(path('late'), { type: 'log' }, admin);
  assert.equal((await engine.put(path('log'), { failover: ['late'] }, admin)).status, 200);
  const refused = await engine.delete(path('late'), admin);
  assert.equal(refused.status, 409);
  assert.match(refused.body.detail, /channel log/);
  await engine.delete(path('log'), admin);
  assert.equal((await engine.delete(path('late'), admin)).status, 204);
});

test('SIGHUP takes over the channels of the file', async (t) => {
  const [first, second] = [await receiver(t), await receiver(t)];
  const of = (url, more = '') => `${local}[channels.hook]\ntype = "webhook"\nurl = "${url}"\n${more}`;
  const engine = await Engine.start({ config: of(first.url), auth: auth() });
  t.after(() => engine.discard());
  await send(engine, 'hook');
  await first.count(1);
  engine.configure(of(second.url, '[channels.late]\ntype = "log"\n[[routes]]\nevent = "a"\nchannels = ["late", "hook"]\n'), { auth: auth() });
  engine.child.kill('SIGHUP');
  await engine.logged(/the configuration is reloaded/);
  await engine.post('/api/v1/events', { type: 'a', recipient: 'u', data: { title: 'x' } }, admin);
  await second.count(1);
  assert.equal((await engine.get(path('late'))).body.origin, 'file');
  engine.configure(of(second.url), { auth: auth() });
  assert.deepEqual((await engine.post('/-/reload', undefined, admin)).body.changed, ['routes', 'channels.late']);
  assert.equal((await engine.get(path('late'))).status, 404);
});

test('every change stands in the audit log', async (t) => {
  const engine = await started(t);
  await engine.put(path('late'), { type: 'log' }, admin);
  await engine.post(path('late', 'pause'), undefined, admin);
  await engine.post(path('late', 'resume'), undefined, admin);
  await engine.post(path('late', 'test'), undefined, admin);
  await engine.put(path('late'), { type: 'nonsense' }, admin);
  await engine.delete(path('late'), admin);
  const log = '/api/v1/admin/audit';
  const { items } = (await engine.get(`${log}?object=late`)).body;
  assert.deepEqual(items.map((x) => [x.subject, x.action, x.object]),
    ['delete', 'test', 'resume', 'pause', 'put'].map((x) => ['operator', `channel.${x}`, 'late']));
  assert.equal(items[4].detail.type, 'log');
  const page = (await engine.get(`${log}?limit=3`)).body;
  const rest = (await engine.get(`${log}?cursor=${page.next}`)).body;
  assert.deepEqual([...page.items, ...rest.items].map((x) => x.id), items.map((x) => x.id));
  assert.equal((await engine.get(`${log}?cursor=x`)).status, 400);
  assert.equal((await engine.get(log, user('u'))).status, 403);
  await engine.post('/-/reload', undefined, admin);
  await engine.post('/api/admin-notifications/dispatch', undefined, admin);
  const deeds = (await engine.get(`${log}?limit=2`)).body.items;
  assert.deepEqual(deeds.map((x) => [x.subject, x.action, x.object]),
    [['operator', 'deliveries.dispatch', 'deliveries'], ['operator', 'reload', 'configuration']]);
  assert.equal(deeds[1].detail.reloaded, true);
});

test('what a paused channel holds is not dispatched', async (t) => {
  const engine = await started(t);
  await engine.put(path('late'), { type: 'log' }, admin);
  await engine.post(path('late', 'pause'), undefined, admin);
  const made = await engine.post('/api/v1/notifications', { title: 't', message: 'm', user_id: 'u', channels: ['late'] }, admin);
  assert.equal(made.status, 201);
  assert.deepEqual((await engine.post('/api/admin-notifications/dispatch', undefined, admin)).body, { dispatched: 0 });
});

test('a dispatch neither waits for a broken channel or a slow provider nor counts what they hold', async (t) => {
  const robot = await DingtalkRobot.start({ secret: 'SECright' });
  let release;
  let hangs;
  const hung = new Promise((resolve) => { hangs = resolve; });
  const released = new Promise((resolve) => { release = () => resolve(204); });
  const hanging = await receiver(t, { answer: () => { hangs(); return released; } });
  t.after(() => robot.close());
  const channel = (name, more) => `[channels.${name}]\n${more}\nrate = "off"\n`;
  const engine = await started(t, { config: channel('ops', `type = "dingtalk"\nwebhook_url = "${robot.webhook}"\nsecret = "SECwrong"`)
    + channel('slow', `type = "webhook"\nurl = "${hanging.url}"\nconcurrency = 1`) + channel('log', 'type = "log"') });
  await send(engine, 'ops', 'dies');
  await engine.logged(/credentials were refused/);
  for (const name of ['ops', 'slow', 'ops', 'slow']) await send(engine, name, `waits for ${name}`);
  await hung;
  const began = Date.now();
  assert.deepEqual((await engine.post('/api/admin-notifications/dispatch?limit=20', undefined, admin)).body, { dispatched: 0 });
  assert.ok(Date.now() - began < 2000);
  await send(engine, 'log', 'goes');
  await engine.logged(/goes/);
  const waiting = (await engine.get('/api/v1/admin/deliveries?channel=ops&status=pending')).body.items;
  assert.deepEqual(waiting.map((x) => x.attempts), [0, 0]);
  assert.equal(robot.requests.length, 1);
  release();
});

test('settings change at run time and stay', async (t) => {
  const settings = '/api/v1/admin/settings';
  const engine = await started(t, { server: 'shutdown_seconds = 4' });
  const before = (await engine.get(settings)).body;
  assert.deepEqual([before.log.level, before.server.shutdown_seconds, before.origins['log.level']], ['info', 4, 'file']);
  const wrong = await engine.put(settings, { log: { levle: 'debug' }, server: { request_limit_per_minute: 'x' }, storage: 1 }, admin);
  assert.deepEqual([wrong.status, wrong.body.errors.map((x) => x.path).sort()], [422, ['/log/levle', '/server/request_limit_per_minute', '/storage']]);
  const changed = await engine.put(settings, { log: { level: 'debug' }, server: { request_limit_per_minute: 3, shutdown_seconds: 4 } }, admin);
  assert.equal(changed.status, 200);
  assert.deepEqual([changed.body.log.level, changed.body.origins['log.level'], changed.body.origins['server.shutdown_seconds']], ['debug', 'override', 'file']);
  const limit = async () => (await engine.get('/api/v1/notifications', user('limited'))).headers['x-ratelimit-limit'];
  assert.equal(await limit(), '3');
  assert.equal((await engine.post('/-/reload', undefined, admin)).status, 200);
  assert.equal(await limit(), '3');
  await engine.stop();
  await engine.launch();
  assert.deepEqual((await engine.get(settings)).body, changed.body);
  assert.equal(await limit(), '3');
  assert.deepEqual((await engine.put(settings, {}, admin)).body, before);
  assert.equal(await limit(), '100');
  const refused = await engine.put(settings, { log: { level: 'loud', format: 'json' }, auth: { jwt_secret: 'x' } }, admin);
  assert.deepEqual([refused.status, paths(refused)], [422, ['/auth/jwt_secret', '/log/format', '/log/level']]);
  assert.deepEqual(paths(await engine.put(settings, { log: { level: 'loud' } }, admin)), ['/log/level']);
});
