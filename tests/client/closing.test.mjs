// A Node process ends by itself once its client is closed: no timer, request or socket is left.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { Engine, user } from '../system/harness/engine.mjs';
import { Gate } from './harness/gate.mjs';

const limit = { timeout: 60_000 };
let engine;
let gate;

before(async () => {
  engine = await Engine.start();
  gate = await Gate.open(engine);
});
after(async () => {
  await gate.close();
  await engine.discard();
});

/** Runs a program with a `client`, whose waits are far longer than the test; resolves to its end. */
function program(body) {
  const code = `
    import WebSocket from 'ws';
    import { CarillonClient } from '../../adapters/browser/client/dist/index.js';
    const client = new CarillonClient({ url: ${JSON.stringify(gate.url)}, token: ${JSON.stringify(user('zoe'))}, WebSocket,
      backoff: { base: 50, cap: 3_600_000 }, pollInterval: 3_600_000, timeout: 3_600_000 });
    const state = (wanted) => new Promise((resolve) => client.on('state', (x) => x.state === wanted && resolve()));
    ${body}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd: new URL('.', import.meta.url).pathname, stdio: ['ignore', 'inherit', 'inherit'] });
  return new Promise((resolve) => child.on('close', (status) => resolve(status)));
}

test('closed while open', limit, async () => {
  gate.admit();
  assert.equal(await program(`
    client.connect();
    await state('open');
    client.close();`), 0);
});

test('closed between two polls', limit, async () => {
  gate.refuse();
  assert.equal(await program(`
    client.connect();
    await new Promise((resolve) => client.on('unread_count', resolve));
    client.close();`), 0);
});

test('closed while an answer is awaited', limit, async () => {
  gate.refuse();
  gate.holdOnce((x) => x.path.startsWith('/api/v1/notifications'));
  assert.equal(await program(`
    client.connect();
    await state('polling');
    setImmediate(() => client.close());`), 0);
});

test('closed while a token is awaited', limit, async () => {
  assert.equal(await program(`
    const waiting = new CarillonClient({ url: ${JSON.stringify(gate.url)}, token: () => new Promise(() => {}), WebSocket, timeout: 3_600_000 });
    waiting.connect();
    setImmediate(() => waiting.close());`), 0);
});
