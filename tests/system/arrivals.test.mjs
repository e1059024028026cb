// What reaches a provider, counted by a server that hangs up on purpose.

import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { Engine } from './harness/engine.mjs';

const arrived = [];
let engine, server;

before(async () => {
  server = http.createServer((request, answer) => {
    request.resume().on('end', () => {
      const before = arrived.length;
      arrived.push({ id: request.headers['webhook-id'], port: request.socket.remotePort });
      if (before === 1) request.socket.destroy();
      else answer.end('{"echo":"Authorization: Bearer abc123def456"}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  engine = await Engine.start({
    config: `
[channels.hook]
type = "webhook"
url = "http://127.0.0.1:${server.address().port}/in"
retry = "10ms"
rate = "off"
`,
  });
});
after(async () => {
  await engine?.discard();
  server.closeAllConnections();
  server.close();
});

async function send() {
  const answer = await engine.post('/api/v1/notifications/multi-channel?wait=10s', { channels: ['hook'], recipient: 'ann', title: 't', content: 'x' });
  assert.equal(answer.status, 200);
  const { id } = answer.body.deliveries[0];
  for (;;) {
    const found = (await engine.get(`/api/v1/admin/deliveries/${id}`)).body;
    if (!['pending', 'delivering', 'retrying'].includes(found.status)) return found;
  }
}

test('every arrival at a provider is an attempt of the log', async () => {
  assert.equal((await send()).attempts, 1);
  const broken = await send();
  assert.equal(broken.status, 'delivered');
  assert.equal(arrived[1].port, arrived[0].port);
  assert.equal(arrived.filter((x) => x.id === arrived[1].id).length, 2);
  assert.equal(broken.attempts, 2);
  assert.match(broken.attempt_log[0].excerpt, /outcome is unknown/);
  assert.match(broken.attempt_log[1].excerpt, /Bearer \*\*\*/);
});
