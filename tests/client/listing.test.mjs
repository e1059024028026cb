// What was missed is listed over HTTP: pages, bounds and failures.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catchUp } from '../../adapters/browser/client/dist/catch_up.js';
import { CarillonError } from '../../adapters/browser/client/dist/errors.js';
import { Inbox } from '../../adapters/browser/client/dist/inbox.js';
import { Intake } from '../../adapters/browser/client/dist/intake.js';
import { Sequence } from '../../adapters/browser/client/dist/sequence.js';

const never = new AbortController().signal;
const row = (seq) => ({ id: `notif-${seq}`, seq });

/** An inbox that holds these, newest first, behind an API that fails as often as it is told to. */
function inbox(rows, { failures = 0 } = {}) {
  const asked = [];
  const api = {
    async request(method, path) {
      asked.push(path);
      if (failures-- > 0) throw new CarillonError('unavailable', 'no', { status: 503, retryAfter: 5 });
      const query = new URL(path, 'http://x').searchParams;
      const below = Number(query.get('cursor') ?? Infinity);
      return rows.filter((x) => x.seq < below).slice(0, Number(query.get('limit')));
    },
  };
  return Object.assign(new Inbox(api), { asked });
}

const newestFirst = (n) => Array.from({ length: n }, (_, i) => row(n - i));

test('pages are walked down to what is known, and come oldest first', async () => {
  const from = inbox(newestFirst(250));
  const { rows, truncated } = await from.newer((x) => x.seq <= 40, never);
  assert.deepEqual([rows.length, rows[0].seq, rows.at(-1).seq, truncated], [210, 41, 250, false]);
  assert.deepEqual(from.asked.map((x) => new URL(x, 'http://x').searchParams.get('cursor')), [null, '151', '51']);
});

test('a list that ends in a full page ends', async () => {
  const { rows } = await inbox(newestFirst(200)).newer(() => false, never);
  assert.equal(rows.length, 200);
  assert.deepEqual((await inbox([]).newer(() => false, never)).rows, []);
});

test('a listing is bounded, and says what it left out', async () => {
  const { rows, truncated } = await inbox(newestFirst(5100)).newer(() => false, never);
  assert.deepEqual([rows.length, rows[0].seq, truncated], [5000, 101, true]);
});

function stage(since, rows, options) {
  const through = [];
  const told = [];
  const errors = [];
  const sequence = new Sequence(since);
  const intake = new Intake(sequence, (x) => through.push(x.seq), never);
  const parts = {
    inbox: inbox(rows, options), intake, sequence, backoff: { base: 1, cap: 1 },
    onResult: (x) => { told.push(x); assert.deepEqual(through, [], 'said before what was missed'); },
    onError: (x) => errors.push(x.code),
  };
  return { parts, through, told, errors, sequence, intake };
}

test('below what is kept: what is left is let through before what came meanwhile', async () => {
  const on = stage(3, [row(12), row(11), row(10), row(9)], { failures: 2 });
  const listing = catchUp(on.parts, 9, { head: 11, renumbered: false }, never);
  on.intake.live(row(12));
  on.intake.live(row(13));
  await listing;
  assert.deepEqual(on.told, [{ oldest_seq: 9, listed: 4, truncated: false }]);
  assert.deepEqual([on.through, on.errors, on.sequence.last], [[9, 10, 11, 12, 13], ['unavailable', 'unavailable'], 13]);
});

test('above the head: only ids tell what is known, and the numbers begin anew', async () => {
  const on = stage(undefined, [row(7), row(6), row(5)]);
  on.sequence.admit({ id: 'notif-5', seq: 100 });
  await catchUp(on.parts, 1, { head: 8, renumbered: true }, never);
  assert.deepEqual([on.told[0].listed, on.through, on.sequence.last], [2, [6, 7], 8]);
});

test('where retention overtakes a replay, it goes on behind the gap', async () => {
  const on = stage(3, [row(9), row(8)]);
  on.sequence.admit(row(4));
  const listing = catchUp(on.parts, 8, { head: 3, renumbered: false }, never);
  for (const seq of [8, 9, 10]) on.intake.live(row(seq));
  await listing;
  assert.deepEqual([on.told[0].listed, on.through], [2, [8, 9, 10]]);
  const empty = stage(3, []);
  await catchUp(empty.parts, 8, { head: 3, renumbered: false }, never);
  assert.equal(empty.sequence.last, 7);
});

test('a connection that ends leaves the listing to the next', async () => {
  const on = stage(3, [row(9)], { failures: 1 });
  const closing = new AbortController();
  on.parts.onError = () => closing.abort();
  await catchUp(on.parts, 9, { head: 9, renumbered: false }, closing.signal);
  assert.deepEqual([on.told, on.through, on.sequence.last], [[], [], 3]);
});
