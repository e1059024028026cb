import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Commands } from '../../adapters/browser/client/dist/commands.js';
import { Emitter } from '../../adapters/browser/client/dist/emitter.js';

const pong = { event: 'pong', data: undefined };
const ack = (notificationId) => ({ event: 'notification:read:ack', data: { notificationId } });
const refusal = { event: 'error', data: { code: 'forbidden', message: 'no' } };

function commands(timeout = 60_000) {
  const sent = [];
  let late = 0;
  const made = new Commands((event) => sent.push(event), timeout, () => { late += 1; made.told?.(); });
  return Object.assign(made, { sent, late: () => late });
}

test('a read ends with its acknowledgement, which is also told', async () => {
  const on = commands();
  const reading = on.read('a');
  assert.equal(on.hear(ack('a')), false);
  await reading;
  assert.deepEqual(on.sent, ['notification:read']);
});

test('an order ends with the pong behind it, refused or not', async () => {
  const on = commands();
  const [refused, done] = [on.order('subscribe', {}), on.order('notification:read-all')];
  assert.deepEqual(on.sent, ['subscribe', 'ping', 'notification:read-all', 'ping']);
  assert.deepEqual([refusal, pong, pong].map((x) => on.hear(x)), [true, true, true]);
  await assert.rejects(refused, (x) => x.code === 'forbidden' && x.message === 'no');
  await done;
  assert.equal(on.hear(refusal), false, 'nobody waits for it');
});

test('answers between commands go to the first that waits', async () => {
  const on = commands();
  const [a, b] = [on.read('a'), on.read('b')];
  on.ping();
  const c = on.read('c');
  for (const frame of [ack('a'), refusal, pong, ack('c')]) on.hear(frame);
  await Promise.all([a, c]);
  await assert.rejects(b, (x) => x.code === 'forbidden');
});

test('what is not answered fails with its connection', async () => {
  const on = commands();
  const waiting = [on.read('a'), on.order('notification:read-all')];
  on.fail(new Error('gone'));
  for (const each of waiting) await assert.rejects(each, /gone/);
});

test('what is not answered in time is told, what is answered is not', { timeout: 10_000 }, async () => {
  const on = commands(20);
  const answered = on.read('a');
  on.hear(ack('a'));
  await answered;
  const waiting = on.read('b');
  await new Promise((resolve) => { on.told = resolve; });
  assert.equal(on.late(), 1);
  on.fail(new Error('gone'));
  await assert.rejects(waiting, /gone/);
});

test('commands that wait are bounded', async () => {
  const on = commands();
  const all = Array.from({ length: 1001 }, () => on.read('a'));
  await assert.rejects(all.pop(), (x) => x.code === 'busy');
  for (const _ of all) on.hear(ack('a'));
  await Promise.all(all);
});

test('listeners come and go, also while one is told', () => {
  const emitter = new Emitter();
  const told = [];
  const off = emitter.on('x', (data) => { told.push(['first', data]); off(); });
  emitter.on('x', (data) => told.push(['second', data]));
  emitter.emit('x', 1);
  emitter.emit('x', 2);
  emitter.emit('y', 3);
  assert.deepEqual(told, [['first', 1], ['second', 1], ['second', 2]]);
});
