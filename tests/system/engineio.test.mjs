// Engine.IO 4 below Socket.IO: what no client library would do.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { Engine, publisher, user } from './harness/engine.mjs';
import { Polling } from './harness/socketio.mjs';

let engine;
const ask = (query, options) => fetch(`${engine.url}/socket.io/?${new URLSearchParams(query)}`, options);
const create = async (body) => (await engine.post('/api/v1/notifications', { title: 't', message: 'm', ...body }, publisher)).body;

before(async () => { engine = await Engine.start({ server: 'allowed_origins = ["https://app.example"]' }); });
after(() => engine.discard());

/** A WebSocket and what comes over it. */
function socketTo(query) {
  const socket = new WebSocket(`${engine.url.replace('http', 'ws')}/socket.io/?${new URLSearchParams({ EIO: 4, transport: 'websocket', ...query })}`);
  const [came, waiting] = [[], []];
  socket.on('message', (data) => (waiting.shift() ?? ((x) => came.push(x)))(data.toString()));
  socket.on('error', () => {});
  return {
    socket,
    opened: new Promise((resolve) => socket.once('open', resolve)),
    closed: new Promise((resolve) => socket.once('close', resolve)),
    next: () => (came.length > 0 ? Promise.resolve(came.shift()) : new Promise((resolve) => waiting.push(resolve))),
  };
}

test('a request that begins no session is refused in Engine.IO\'s words', async () => {
  const cases = [
    [{ EIO: 4, transport: 'carrier-pigeon' }, {}, 0, 'Transport unknown'],
    [{ EIO: 4 }, {}, 0, 'Transport unknown'],
    [{ EIO: 4, transport: 'polling', sid: 'nobody' }, {}, 1, 'Session ID unknown'],
    [{ EIO: 4, transport: 'polling', sid: 'nobody' }, { method: 'POST', body: '3' }, 1, 'Session ID unknown'],
    [{ EIO: 4, transport: 'polling' }, { method: 'POST', body: '40' }, 2, 'Bad handshake method'],
    [{ EIO: 4, transport: 'websocket' }, {}, 3, 'Bad request'],
    [{ EIO: 3, transport: 'polling' }, {}, 5, 'Unsupported protocol version'],
    [{ transport: 'polling' }, {}, 5, 'Unsupported protocol version'],
  ];
  for (const [query, options, code, message] of cases) {
    const answer = await ask(query, options);
    assert.equal(answer.status, 400, JSON.stringify(query));
    assert.match(answer.headers.get('content-type'), /^application\/json/);
    assert.deepEqual(await answer.json(), { code, message });
  }
});

test('the handshake says how the session is kept up', async () => {
  const { handshake } = await Polling.open(engine);
  const { sid, ...rest } = handshake;
  assert.match(sid, /^[\w-]{20,}$/);
  assert.deepEqual(rest, { upgrades: ['websocket'], pingInterval: 25_000, pingTimeout: 20_000, maxPayload: 65_536 });
  const other = await Polling.open(engine);
  assert.notEqual(other.sid, sid);
});

test('several packets come and go in one body, in their order', async () => {
  const session = await Polling.open(engine);
  const auth = JSON.stringify({ token: user('packets') });
  const { text } = await session.post(`40${auth}`, '421["ping"]', '422["ping"]', '40/x,');
  assert.equal(text, 'ok');
  const packets = [];
  while (!packets.some((x) => x.startsWith('44/x,'))) packets.push(...(await session.get()).packets);
  assert.deepEqual(packets.map((x) => x.match(/^(40|42\["\w+"|43\d|44\/x)/)?.[0]), ['40', '42["hello"', '42["pong"', '431', '42["pong"', '432', '44/x']);
});

test('a second poll beside one that waits ends the session', async () => {
  const session = await Polling.open(engine);
  const polls = await Promise.all([session.get(), session.get()]);
  assert.deepEqual(polls.map((x) => x.status).sort(), [200, 400]);
  assert.equal(polls.find((x) => x.status === 200).text, '1');
  assert.equal((await session.get()).status, 400);
});

test('what is no packet and what is too long end the session', async () => {
  for (const [body, status] of [['abc', 400], ['', 400], [`4${'x'.repeat(65_536)}`, 413]]) {
    const session = await Polling.open(engine);
    assert.equal((await session.post(body)).status, status);
    assert.equal((await session.get()).status, 400);
  }
});

test('a client that says it goes is let go at once', async () => {
  const session = await Polling.open(engine);
  const waiting = session.get();
  assert.equal((await session.post('1')).text, 'ok');
  assert.equal((await waiting).text, '6');
  assert.equal((await session.get()).status, 400);
});

test('an upgrade is probed first, frees the poll that waits and leaves polling for good', async () => {
  const session = await Polling.open(engine);
  await session.connect({ token: user('upgrader') });
  const waiting = session.get();
  const wire = socketTo({ sid: session.sid });
  await wire.opened;
  wire.socket.send('2probe');
  assert.equal(await wire.next(), '3probe');
  assert.equal((await waiting).text, '6');
  wire.socket.send('5');
  const made = await create({ user_id: 'upgrader' });
  const [name, { id }, offset] = JSON.parse((await wire.next()).slice(2));
  assert.deepEqual([name, id, offset], ['notification', made.id, String(made.seq)]);
  assert.equal((await session.get()).status, 400);
  assert.equal((await session.post('3')).status, 400);
  const again = socketTo({ sid: session.sid });
  await again.closed;
  wire.socket.close();
  await wire.closed;
});

test('a WebSocket that does not know the words is dropped, and polling goes on', async () => {
  const session = await Polling.open(engine);
  const wire = socketTo({ sid: session.sid });
  await wire.opened;
  wire.socket.send('4hello');
  await wire.closed;
  assert.match((await session.connect({ token: user('stayer') }))[0], /^40/);
});

test('who leaves the namespace stays connected below it', async () => {
  const wire = socketTo({});
  assert.match(await wire.next(), /^0\{/);
  wire.socket.send(`40${JSON.stringify({ token: user('leaver') })}`);
  assert.match(await wire.next(), /^40\{/);
  assert.match(await wire.next(), /^42\["hello"/);
  wire.socket.send('41');
  wire.socket.send('40/x,');
  assert.match(await wire.next(), /^44\/x,/);
  assert.equal(wire.socket.readyState, WebSocket.OPEN);
  wire.socket.send('4nonsense');
  await wire.closed;
});

test('a client that does not poll is closed once too much waits for it', async () => {
  const session = await Polling.open(engine);
  await session.connect({ token: user('sleeper') });
  const message = 'x'.repeat(10_000);
  for (let i = 0; i < 8; ++i)
    await engine.post('/api/v1/notifications/batch', { notifications: Array.from({ length: 10 }, () => ({ title: 't', message, user_id: 'sleeper' })) }, publisher);
  const online = async () => (await engine.get('/api/v1/admin/sessions')).body.items.some((x) => x.user_id === 'sleeper' && x.devices > 0);
  while (await online());
  let last;
  for (;;) {
    const { status, packets } = await session.get();
    if (status !== 200) break;
    last = packets.at(-1);
  }
  assert.equal(last, '1');
});

test('polling does not count against the limit of requests', async () => {
  const session = await Polling.open(engine);
  await session.connect({ token: user('busy') });
  for (let i = 0; i < 120; ++i) assert.equal((await session.post('3')).status, 200);
  assert.equal((await engine.get('/api/v1/notifications', user('busy'))).status, 200);
});

test('pages of allowed origins may ask, and others may not', async () => {
  const query = { EIO: 4, transport: 'polling' };
  const good = await ask(query, { headers: { Origin: 'https://app.example' } });
  assert.equal(good.status, 200);
  assert.equal(good.headers.get('access-control-allow-origin'), 'https://app.example');
  const bad = await ask(query, { headers: { Origin: 'https://evil.example' } });
  assert.equal(bad.status, 403);
});
