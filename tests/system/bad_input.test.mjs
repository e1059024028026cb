// Everything wrong gets a clear answer, and the process is unharmed.

import assert from 'node:assert/strict';
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { after, afterEach, before, test } from 'node:test';
import { Engine, admin, jwt, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { Raw, frame } from './harness/raw.mjs';

let engine;
before(async () => { engine = await Engine.start(); });
after(() => engine.discard());

afterEach(async () => {
  const { status } = await engine.request('GET', '/livez');
  assert.equal(status, 200, 'alive after the test');
});

const problem = (answer, status) => {
  assert.equal(answer.status, status);
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  const body = typeof answer.body === 'string' ? JSON.parse(answer.body) : answer.body;
  assert.equal(body.status, status);
  for (const member of ['type', 'title', 'detail']) assert.equal(typeof body[member], 'string', member);
};
const post = (body, headers) => engine.post('/api/v1/notifications', body, publisher, headers);

test('a body that is not JSON or not UTF-8 is 400', async () => {
  for (const body of ['{', '', 'nul', '{"title":"a"} x', '{"a":01}', '"\\ud800"', `${'['.repeat(65)}${']'.repeat(65)}`, `${'['.repeat(100_000)}`, Buffer.from('{"title":"\xff"}', 'latin1')])
    problem(await post(body), 400);
});

test('JSON of the wrong shape is 422', async () => {
  for (const body of ['[]', '7', 'null', '"text"', '{}']) problem(await post(body), 422);
});

test('a member that nobody knows is 422 and told by its place, each with the other faults', async () => {
  const refused = async (path, body, ...places) => {
    const answer = await engine.post(path, body, admin);
    problem(answer, 422);
    assert.deepEqual(answer.body.errors.map((x) => x.path).sort(), places, path);
  };
  const notice = { title: 't', message: 'm' };
  await refused('/api/v1/notifications', { ...notice, userid: 'u', 'a/b~c': 1 }, '/a~1b~0c', '/userid');
  await refused('/api/v1/notifications', { message: 'm', usr_id: 'u' }, '/title', '/usr_id');
  await refused('/api/v1/notifications/batch', { notifications: [notice, { ...notice, userid: 'u' }] }, '/notifications/1/userid');
  await refused('/api/v1/notifications/multi-channel', { ...notice, channels: ['system'], recipient: 'u', to: 'u' }, '/to');
  await refused('/api/v1/notifications/template', { template_name: 'inventory_low', recipient: 'u', vars: {} }, '/vars');
  await refused('/api/v1/notifications/bulk', { userIds: ['u'], templateCode: 'inventory_low', channel: 'system' }, '/channel');
  await refused('/api/v1/events', { type: 't', data: {}, recipient: { user_id: 'u', mail: 'a@b.c' }, user: 'u' }, '/recipient/mail', '/user');
  assert.equal((await engine.get('/api/v1/notifications', user('u'))).body.length, 0);
});

test('another content type is 415', async () => {
  problem(await post('title=x', { 'content-type': 'application/x-www-form-urlencoded' }), 415);
  problem(await post('<x/>', { 'content-type': 'text/xml' }), 415);
});

test('U+0000 in what fills words is 422 and told by its place', async () => {
  const data = { order: { lines: ['a', 'b\u0000'] } };
  const refused = async (path, body, place, headers = {}) => {
    const answer = await engine.post(path, body, admin, headers);
    problem(answer, 422);
    assert.deepEqual(answer.body.errors.map((x) => x.path), [place], path);
  };
  await refused('/api/v1/events', { type: 't', data }, '/data/order/lines/1');
  await refused('/api/v1/events', data, '/data/order/lines/1', { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': 's', 'ce-type': 't' });
  await refused('/api/v1/notifications/template', { template_name: 'inventory_low', recipient: 'u', template_vars: { item_name: '\u0000' } }, '/template_vars/item_name');
  await refused('/api/v1/notifications/bulk', { userIds: ['u'], templateCode: 'inventory_low', data }, '/data/order/lines/1');
  await refused('/api/v1/notifications/preview', { template_name: 'inventory_low', data }, '/data/order/lines/1');
});

test('a body of ten megabytes is 413, announced or chunked', async () => {
  problem(await post(Buffer.alloc(10 << 20, 'x')).catch((x) => x), 413);
  const raw = await Raw.connect(engine.port);
  raw.send(`POST /api/v1/notifications HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${publisher}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`);
  for (let i = 0; i < 17; ++i) raw.send(`10000\r\n${'x'.repeat(65_536)}\r\n`);
  problem(await raw.answer(), 413);
  raw.destroy();
});

test('unknown paths are 404 and wrong methods 405 with what is allowed', async () => {
  problem(await engine.request('GET', '/api/v1/poems', { token: admin }), 404);
  problem(await engine.request('GET', '/../../etc/passwd', { token: admin }), 404);
  const wrong = await engine.request('PATCH', '/api/v1/notifications', { token: admin });
  problem(wrong, 405);
  assert.deepEqual(wrong.headers.allow.split(', ').filter((x) => ['GET', 'POST'].includes(x)).sort(), ['GET', 'POST']);
});

test('a flood of headers is 431', async () => {
  const raw = await Raw.connect(engine.port);
  raw.send('GET /livez HTTP/1.1\r\nHost: x\r\n');
  for (let i = 0; i < 400; ++i) raw.send(`X-${i}: ${'y'.repeat(64)}\r\n`);
  raw.send('\r\n');
  assert.equal((await raw.answer())?.status, 431);
  raw.destroy();
});

test('bytes that are no HTTP are 400 and the socket closed', async () => {
  for (const bytes of ['nonsense\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', '\x00\x01\x02\x03\r\n\r\n', 'GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n', 'POST /api/v1/notifications HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'POST /api/v1/notifications HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n']) {
    const raw = await Raw.connect(engine.port);
    raw.send(bytes);
    const answer = await raw.answer();
    assert.ok(answer === null || answer.status >= 400, JSON.stringify(bytes));
    if (answer) await raw.ended;
  }
});

test('pipelined requests are answered in order', async () => {
  const raw = await Raw.connect(engine.port);
  const head = (path) => `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user('piper')}\r\n\r\n`;
  raw.send(head('/livez') + head('/api/v1/notifications/unread-count') + head('/nowhere') + head('/api/v1/notifications'));
  const answers = [await raw.answer(), await raw.answer(), await raw.answer(), await raw.answer()];
  assert.deepEqual(answers.map((x) => x.status), [200, 200, 404, 200]);
  assert.deepEqual(JSON.parse(answers[1].body), { unread_count: 0 });
  raw.destroy();
});

test('a slow sender of headers is closed', { timeout: 30_000 }, async () => {
  const raw = await Raw.connect(engine.port);
  raw.send('GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  const drip = setInterval(() => raw.send('y'), 500);
  const started = Date.now();
  await raw.ended;
  clearInterval(drip);
  assert.ok(Date.now() - started < 15_000);
});

test('forged and stale tokens are 401', async () => {
  const now = Math.floor(Date.now() / 1000);
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const forged = {
    'alg none': jwt({ sub: 'x', scope: 'admin' }, { header: { alg: 'none' }, sign: () => '' }),
    'alg None': jwt({ sub: 'x', scope: 'admin' }, { header: { alg: 'None' }, sign: () => '' }),
    'another key': jwt({ sub: 'x' }, { key: 'another key' }),
    'another algorithm': jwt({ sub: 'x' }, { header: { alg: 'HS512' }, sign: (x) => createHmac('sha512', 'a secret of the tests, longer than thirty-two bytes').update(x).digest('base64url') }),
    'an RSA signature': jwt({ sub: 'x' }, { header: { alg: 'RS256' }, sign: (x) => createSign('RSA-SHA256').update(x).sign(privateKey, 'base64url') }),
    'expired': user('x', { exp: now - 600 }),
    'not yet valid': user('x', { nbf: now + 600 }),
    'without an end': user('x', { exp: undefined }),
    'without a subject': jwt({}),
    'cut': admin.slice(0, -5),
    'two dots': 'a.b.c',
    'nothing': '.',
  };
  for (const [name, token] of Object.entries(forged)) {
    const answer = await engine.request('GET', '/api/v1/notifications', { token });
    assert.equal(answer.status, 401, name);
    assert.ok(answer.headers['www-authenticate'], name);
  }
});

test('with a public key configured its text is no HMAC secret', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  const { mkdtempSync, writeFileSync } = await import('node:fs');
  const directory = mkdtempSync('/tmp/carillon-');
  writeFileSync(`${directory}/key.pem`, publicKey);
  const other = await Engine.start({ directory, auth: `jwt_public_key_file = "${directory}/key.pem"` });
  const rs256 = (key) => ({ header: { alg: 'RS256' }, sign: (x) => createSign('RSA-SHA256').update(x).sign(key, 'base64url') });
  const ask = async (token) => (await other.request('GET', '/api/v1/notifications', { token })).status;
  assert.equal(await ask(jwt({ sub: 'x' }, rs256(privateKey))), 200);
  assert.equal(await ask(jwt({ sub: 'x' }, { key: publicKey })), 401);
  assert.equal(await ask(jwt({ sub: 'x' }, { header: { alg: 'none' }, sign: () => '' })), 401);
  await other.discard();
});

const violations = {
  'an unmasked frame': [[frame(1, 'x', { masked: false })], 1002],
  'a reserved bit': [[frame(1, 'x', { rsv: 4 })], 1002],
  'a reserved opcode': [[frame(3, 'x')], 1002],
  'a fragmented ping': [[frame(9, 'x', { fin: false })], 1002],
  'a ping over 125 bytes': [[frame(9, 'x'.repeat(126))], 1002],
  'a continuation of nothing': [[frame(0, 'x')], 1002],
  'a new message inside another': [[frame(1, 'x', { fin: false }), frame(1, 'y')], 1002],
  'text that is not UTF-8': [[frame(1, Buffer.from([0xff, 0xfe]))], 1007],
  'a character cut at the end': [[frame(1, Buffer.from('好').subarray(0, 2))], 1007],
  'a binary message': [[frame(2, 'x')], 1003],
  'a message over 64 KiB': [[frame(1, 'x'.repeat(65_537))], 1009],
  'fragments over 64 KiB': [[frame(1, 'x'.repeat(40_000), { fin: false }), frame(0, 'x'.repeat(40_000))], 1009],
  'a length of 2^31': [[frame(1, '', { length: 2 ** 31 })], 1009],
  'a close with one byte': [[frame(8, 'x')], 1002],
  'a close with a reserved code': [[frame(8, Buffer.from([0x03, 0xed]))], 1002],
};
for (const [name, [frames, code]] of Object.entries(violations))
  test(`${name} closes with ${code}`, async () => {
    const raw = await Raw.connect(engine.port);
    assert.ok(await raw.upgrade(user('rude')));
    raw.send(Buffer.concat(frames));
    assert.equal(await raw.closeCode(), code);
    raw.destroy();
  });

test('fragments with a ping between them are one message', async () => {
  const raw = await Raw.connect(engine.port);
  assert.ok(await raw.upgrade(user('patient'), 'Sec-WebSocket-Protocol: carillon.v1\r\n'));
  raw.send(frame(1, '{"event":', { fin: false })).send(frame(9, 'now')).send(frame(0, '"ping"}'));
  await raw.until((all) => (all.includes('"pong"') && all.includes('now') ? true : undefined));
  raw.destroy();
});

test('bytes after a close frame are not read', async () => {
  const raw = await Raw.connect(engine.port);
  assert.ok(await raw.upgrade(user('talker')));
  raw.send(frame(8, Buffer.from([0x03, 0xe8]))).send(frame(1, 'more')).send(frame(15, 'nonsense'));
  assert.equal(await raw.closeCode(), 1000);
  await raw.ended;
});

test('a handshake that is none is refused', async () => {
  const ask = async (headers) => {
    const raw = await Raw.connect(engine.port);
    raw.send(`GET /api/v1/ws?token=${user('x')} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    const answer = await raw.answer();
    raw.destroy();
    return answer;
  };
  const good = 'Upgrade: websocket\r\nConnection: Upgrade\r\n';
  assert.ok((await ask('')).status >= 400);
  const old = await ask(`${good}Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n`);
  assert.deepEqual([old.status, old.headers['sec-websocket-version']], [426, '13']);
  assert.equal((await ask(`${good}Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n`)).status, 400);
  assert.equal((await ask(`${good}Sec-WebSocket-Version: 13\r\n`)).status, 400);
});

test('random bytes after the upgrade never harm the process', async () => {
  for (let round = 0; round < 100; ++round) {
    const raw = await Raw.connect(engine.port);
    assert.ok(await raw.upgrade(user('fuzzer')));
    raw.send(Buffer.from(Array.from({ length: 400 }, () => Math.floor(Math.random() * 256))));
    raw.socket.end();
    await raw.ended;
  }
});

test('the process is the one that was started', async () => {
  assert.equal(engine.child.exitCode, null);
  const live = await Live.open(engine, user('whole'));
  const { body } = await post({ title: 't', message: 'm', user_id: 'whole' });
  assert.equal((await live.next()).id, body.id);
  await live.close();
});
