// Retention overtakes a replay under way: an engine that does so when the test says.

import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { listen } from './harness/heard.mjs';

const row = (seq) => ({ id: `notif-${seq}`, seq });
const frame = (event, data) => JSON.stringify({ event, data });
let server;
let live;
let listed;

before(async () => {
  listed = new Promise((resolve) => {
    server = http.createServer((request, response) => resolve((rows) => response.end(JSON.stringify(rows))));
  });
  live = new WebSocketServer({ server });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
});
after(() => {
  for (const socket of live.clients) socket.terminate();
  server.closeAllConnections();
  server.close();
});

test('gaps told while one is being listed are listed with it, and nothing overtakes', { timeout: 60_000 }, async () => {
  const greeted = new Promise((resolve) => live.on('connection', resolve));
  const heard = listen(`http://127.0.0.1:${server.address().port}`, 'token', { since: 3 });
  heard.client.connect();
  const socket = await greeted;
  socket.send(frame('hello', { session_id: '1', user_id: 'u', heartbeat_seconds: 30, seq: 3, unread_count: 0 }));
  for (const seq of [4, 5]) socket.send(frame('notification', row(seq)));
  socket.send(frame('resume_failed', { oldest_seq: 8 }));
  const answer = await listed;
  socket.send(frame('notification', row(8)));
  socket.send(frame('resume_failed', { oldest_seq: 11 }));
  for (const seq of [11, 12]) socket.send(frame('notification', row(seq)));
  await new Promise((resolve) => { socket.ping(); socket.once('pong', resolve); });
  assert.deepEqual(heard.of('notification').map((x) => x.seq), [4, 5]);
  answer([11, 10, 9, 8, 5, 4, 3].map(row));
  await heard.count('notification', 7);
  assert.deepEqual(heard.of('notification').map((x) => x.seq), [4, 5, 8, 9, 10, 11, 12]);
  assert.deepEqual(heard.of('resume_failed'), [{ oldest_seq: 8, listed: 4, truncated: false }]);
});
