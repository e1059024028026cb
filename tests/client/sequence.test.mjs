import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Intake } from '../../adapters/browser/client/dist/intake.js';
import { Sequence } from '../../adapters/browser/client/dist/sequence.js';

const row = (seq, more = {}) => ({ id: `notif-${seq}`, seq, ...more });

/** An intake, and the seqs that it let through. */
function intake(since) {
  const sequence = new Sequence(since);
  const through = [];
  const closing = new AbortController();
  return { sequence, through, closing, intake: new Intake(sequence, (x) => through.push(x.seq), closing.signal) };
}

test('a sequence admits what is above it, once', () => {
  const sequence = new Sequence(10);
  assert.deepEqual([9, 10, 11, 11, 13, 12].map((x) => sequence.admit(row(x))), [false, false, true, false, true, false]);
  assert.equal(sequence.last, 13);
});

test('a sequence that knows nothing begins where the first one stands', () => {
  const sequence = new Sequence();
  assert.equal(sequence.last, undefined);
  assert.ok(sequence.admit(row(7)));
  assert.equal(sequence.last, 7);
  assert.ok(!sequence.admit(row(6)));
});

test('an id is admitted once whatever its seq', () => {
  const sequence = new Sequence();
  assert.ok(sequence.admit({ id: 'a', seq: null }));
  assert.ok(!sequence.admit({ id: 'a', seq: 5 }));
  assert.equal(sequence.last, undefined);
});

test('after a restart only ids keep a repeat away', () => {
  const sequence = new Sequence();
  sequence.admit(row(100));
  sequence.restart();
  assert.ok(sequence.admit(row(1)));
  assert.ok(!sequence.admit(row(100)));
});

test('ids are remembered in a bounded number', () => {
  const sequence = new Sequence();
  for (let i = 0; i < 5000; ++i) sequence.admit({ id: `${i}`, seq: null });
  assert.deepEqual(['0', '3999', '4000', '4999'].map((x) => sequence.knows(x)), [false, false, true, true]);
});

test('live ones wait while what came before them is listed', () => {
  const { intake: on, through } = intake(1);
  on.hold();
  for (const seq of [4, 5, 6]) assert.ok(on.live(row(seq)));
  on.listed([2, 3, 4, 5].map((x) => row(x)));
  on.release();
  on.live(row(7));
  assert.deepEqual(through, [2, 3, 4, 5, 6, 7]);
});

test('what waits for a listing is bounded, and is dropped with its connection', () => {
  const { intake: on, through } = intake(0);
  on.hold();
  const taken = Array.from({ length: 1001 }, (_, i) => on.live(row(i + 1)));
  assert.equal(taken.filter(Boolean).length, 1000);
  on.drop();
  on.live(row(1));
  assert.deepEqual(through, [1]);
});

test('suppressed ones are passed over and not asked for again', () => {
  const { intake: on, through, sequence } = intake(0);
  on.listed([row(1), row(2, { suppressed: true })]);
  assert.deepEqual([through, sequence.last], [[1], 2]);
});

test('what is listed when the client closes is left for its next connection', () => {
  const { intake: on, through, sequence, closing } = intake(0);
  on.listed([row(1)]);
  closing.abort();
  on.listed([row(2), row(3)]);
  assert.deepEqual([through, sequence.last], [[1], 1]);
});
