// One connection, against a server that behaves as the test says.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import WebSocket, { WebSocketServer } from 'ws';
import { Link } from '../../adapters/browser/client/dist/link.js';
import { listen } from './harness/heard.mjs';

const limit = { timeout: 60_000 };
const hello = (more = {}) => JSON.stringify({ event: 'hello', data: { session_id: '1', user_id: 'u', heartbeat_seconds: 30, seq: 0, unread_count: 0, ...more } });
let server;
let url;

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.on('listening', resolve));
  url = `127.0.0.1:${server.address().port}`;
});
afterEach(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

function link(options = {}) {
  const heard = [];
  const made = new Link({ url: `ws://${url}`, socket: WebSocket, timeout: 5_000, hear: (x) => heard.push(x.event), ...options });
  return Object.assign(made, { heard });
}

test('an engine that says nothing is pinged, and left when it does not answer', limit, async () => {
  const pings = [];
  server.on('connection', (socket) => {
    socket.send(hello({ heartbeat_seconds: 0.1 }));
    socket.on('message', (text) => pings.push(JSON.parse(text).event));
  });
  const { code, reason, lasted } = await link().ended;
  assert.deepEqual([code, reason, pings], [1006, 'nothing was heard', ['ping']]);
  assert.ok(lasted >= 190);
});

test('an engine that answers pings, or speaks, is kept', limit, async () => {
  let pings = 0;
  server.on('connection', (socket) => {
    socket.send(hello({ heartbeat_seconds: 0.05 }));
    socket.on('message', () => {
      if (++pings === 5) return socket.close(1012, 'enough');
      return socket.send('{"event":"pong"}');
    });
  });
  const one = link();
  assert.deepEqual([(await one.ended).code, one.heard], [1012, ['hello']]);
});

test('no hello within the time is the end', limit, async () => {
  const { reason, lasted } = await link({ timeout: 50 }).ended;
  assert.deepEqual([reason, lasted], ['no hello came', undefined]);
});

test('a connection that cannot be opened ends like one that was cut', limit, async () => {
  server.close();
  assert.deepEqual((await link().ended).code, 1006);
});

test('after its end a connection is silent and its commands fail', limit, async () => {
  server.on('connection', (socket) => {
    socket.send(hello());
    socket.on('message', () => {
      for (let i = 0; i < 10; ++i) socket.send(hello());
    });
  });
  let greeted;
  const first = new Promise((resolve) => { greeted = resolve; });
  const one = link({ hear: () => greeted() });
  await first;
  let late = 0;
  greeted = () => ++late;
  const reading = one.commands.read('notif-1');
  one.close('done');
  await assert.rejects(reading, (x) => x.code === 'disconnected');
  await one.ended;
  await new Promise((resolve) => { for (const socket of server.clients) socket.on('close', resolve); });
  assert.equal(late, 0);
  assert.ok(one.signal.aborted);
});

test('a command that is not answered in time ends its connection', limit, async () => {
  server.on('connection', (socket) => socket.send(hello()));
  let greeted;
  const first = new Promise((resolve) => { greeted = resolve; });
  const one = link({ timeout: 1_000, hear: () => greeted() });
  await first;
  await assert.rejects(one.commands.read('notif-1'), (x) => x.code === 'disconnected');
  assert.equal((await one.ended).reason, 'a command was not answered');
});

test('frames of a later engine, and nonsense, are passed over', limit, async () => {
  server.on('connection', (socket) => {
    for (const frame of ['{', '7', 'null', '{"event":"toString","data":{}}', '{"event":"news","data":{}}', '{"event":"notification","data":{"id":7}}', '{"event":"hello"}'])
      socket.send(frame);
    socket.send(Buffer.from(hello()));
    socket.send(hello());
    socket.close(1000);
  });
  const one = link();
  await one.ended;
  assert.deepEqual(one.heard, ['hello']);
});

for (const code of [1001, 1011, 1012, 1013, 1000, 1008])
  test(`closed with ${code} the client resumes by since`, limit, async () => {
    const asked = [];
    server.on('connection', (socket, request) => {
      asked.push(new URL(request.url, 'http://x').searchParams.get('since'));
      socket.send(hello({ seq: asked.length === 1 ? 3 : Number(asked.at(-1)) }));
      if (asked.length > 1) return;
      socket.send(JSON.stringify({ event: 'notification', data: { id: 'notif-5', seq: 5 } }));
      socket.close(code);
    });
    const heard = listen(`http://${url}`, 'token');
    heard.client.connect();
    await heard.count('hello', 2);
    assert.deepEqual(asked, [null, '5']);
    assert.deepEqual(heard.states, ['connecting', 'open', 'connecting', 'open']);
  });

test('a connection that always ends at once leads to polling, not to a storm', limit, async () => {
  let opened = 0;
  server.on('connection', (socket) => {
    ++opened;
    socket.send(hello());
    socket.close(1011);
  });
  const heard = listen(`http://${url}`, 'token', { pollInterval: 3_600_000 });
  heard.client.connect();
  await heard.state('polling');
  assert.equal(opened, 4);
});
