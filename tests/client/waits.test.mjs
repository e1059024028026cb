import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoff, spread } from '../../adapters/browser/client/dist/backoff.js';
import { retryAfter } from '../../adapters/browser/client/dist/retry_after.js';
import { wait, within } from '../../adapters/browser/client/dist/wait.js';

const never = new AbortController().signal;
const waits = { base: 500, cap: 30_000 };

test('waits double up to the cap, and half of each is chance', () => {
  const from = [0, 1, 2, 6, 50].map((n) => [backoff(n, waits, () => 0), backoff(n, waits, () => 1)]);
  assert.deepEqual(from, [[250, 500], [500, 1000], [1000, 2000], [15_000, 30_000], [15_000, 30_000]]);
});

test('an interval is spread by a tenth', () => {
  assert.deepEqual([spread(1000, () => 0), spread(1000, () => 0.5), spread(1000, () => 1)].map(Math.round), [900, 1000, 1100]);
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  assert.deepEqual(
    ['5', ' 0 ', 'Thu, 01 Jan 2026 00:00:30 GMT', 'Wed, 31 Dec 2025 00:00:00 GMT', 'soon', null].map((x) => retryAfter(x, now)),
    [5000, 0, 30_000, 0, undefined, undefined],
  );
});

test('a wait ends with its time or with its signal', { timeout: 10_000 }, async () => {
  await wait(1, never);
  const closing = new AbortController();
  const long = wait(3_600_000, closing.signal);
  closing.abort();
  await long;
  await wait(3_600_000, closing.signal);
});

test('work is given up after its time, or with its signal, and told so', { timeout: 10_000 }, async () => {
  assert.equal(await within(3_600_000, never, async () => 7), 7);
  await assert.rejects(within(3_600_000, never, async () => { throw new RangeError('x'); }), RangeError);
  let seen;
  await assert.rejects(within(5, never, (signal) => { seen = signal; return new Promise(() => {}); }), /within 5 ms/);
  assert.ok(seen.aborted);
  const closing = new AbortController();
  const hanging = within(3_600_000, closing.signal, (signal) => { seen = signal; return new Promise(() => {}); });
  closing.abort();
  await assert.rejects(hanging, /closed/);
  assert.ok(seen.aborted);
  await assert.rejects(within(3_600_000, closing.signal, () => assert.fail('not begun')), /closed/);
});
