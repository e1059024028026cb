// Preferences and do-not-disturb, as a user and their devices see them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const always = { time_zone: 'Asia/Shanghai', windows: [{ days, from: '00:00', to: '00:00' }] };
const path = '/api/v1/preferences';
const empty = { rules: [], do_not_disturb: null };
let engine;
let users = 0;
const fresh = () => `user-${++users}`;
const prefer = async (sub, wanted) => {
  const { status, body } = await engine.put(path, wanted, user(sub));
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
const create = async (body) => (await engine.post('/api/v1/notifications', { title: 't', message: 'm', ...body }, publisher)).body;
const list = async (sub, query = '') => (await engine.get(`/api/v1/notifications${query}`, user(sub))).body;

/** A wall time of that zone, so many minutes from now. */
const clock = (zone, minutes) => new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  .format(new Date(Date.now() + minutes * 60_000));

before(async () => {
  engine = await Engine.start({ config: `
[channels.audit]
type = "log"
[[routes]]
event = "order.*"
channels = ["system", "audit"]
` });
});
after(() => engine.discard());

test('who never said anything has no rules, and may put back what they got', async () => {
  const sub = fresh();
  const { status, body } = await engine.get(path, user(sub));
  assert.equal(status, 200);
  assert.deepEqual(body, empty);
  assert.deepEqual(await prefer(sub, body), empty);
});

test('preferences are each user\'s own and read as they were written', async () => {
  const [one, other] = [fresh(), fresh()];
  const wanted = {
    rules: [{ type: 'alert', source: '库存', channel: 'email', enabled: false }, { enabled: true }],
    do_not_disturb: { time_zone: 'Europe/Berlin', windows: [{ days: ['sun', 'mon'], from: '22:00', to: '07:30' }] },
  };
  assert.deepEqual(await prefer(one, wanted), wanted);
  assert.deepEqual((await engine.get(path, user(one))).body, wanted);
  assert.deepEqual((await engine.get(path, user(other))).body, empty);
  assert.equal((await engine.request('GET', path)).status, 401);
  assert.equal((await engine.request('PUT', path, { body: wanted })).status, 401);
  const wrong = await engine.delete(path, user(one));
  assert.equal(wrong.status, 405);
  assert.deepEqual(wrong.headers.allow.split(/, */).sort(), ['GET', 'HEAD', 'PUT']);
});

test('what breaks a rule is refused with every place, and nothing is stored', async () => {
  const sub = fresh();
  const { status, headers, body } = await engine.put(path, {
    rules: [{ type: 'loud', enabled: 'no', on: true }],
    do_not_disturb: { time_zone: 'Mars/Olympus', windows: [{ days: ['monday'], from: '25:00' }] },
    dnd: true,
  }, user(sub));
  assert.equal(status, 422);
  assert.match(headers['content-type'], /^application\/problem\+json/);
  assert.deepEqual(body.errors.map((x) => x.path), ['/dnd', '/rules/0/on', '/rules/0/type', '/rules/0/enabled',
    '/do_not_disturb/time_zone', '/do_not_disturb/windows/0/days/0', '/do_not_disturb/windows/0/from',
    '/do_not_disturb/windows/0/to']);
  assert.equal((await engine.put(path, '{"rules":', user(sub))).status, 400);
  assert.deepEqual((await engine.get(path, user(sub))).body, empty);
});

for (const protocol of [undefined, 'carillon.v1']) {
  test(`a preference holds on an open socket from its answer on (${protocol ?? 'plain'})`, async () => {
    const sub = fresh();
    const live = await Live.open(engine, user(sub), { protocol });
    if (protocol) await live.event('hello');
    const heard = async () => (protocol ? live.event('notification') : live.next());
    const sent = [];
    for (let i = 0; i < 20; ++i) {
      await prefer(sub, { rules: [{ source: 'noise', enabled: i % 2 === 0 }] });
      const made = await create({ user_id: sub, source: 'noise' });
      if (i % 2 === 0) sent.push(made.seq);
    }
    for (const seq of sent) assert.equal((await heard()).seq, seq);
    await live.settled();
    assert.deepEqual(live.frames, []);
    const marks = (await list(sub)).map((x) => x.suppressed);
    assert.deepEqual(marks, Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? true : undefined)));
    await live.close();
  });
}

test('what is suppressed is in the list, unread and marked, alone too, and never replayed', async () => {
  const sub = fresh();
  const first = await create({ user_id: sub });
  await prefer(sub, { rules: [{ type: 'alert', enabled: false }] });
  const hidden = await create({ user_id: sub, type: 'alert' });
  const everybody = await create({ type: 'alert' });
  const shown = await create({ user_id: sub, type: 'info' });
  await prefer(sub, empty);
  const later = await create({ user_id: sub, type: 'alert' });
  const items = await list(sub, '?limit=5');
  assert.deepEqual(items.map((x) => [x.seq, x.suppressed]), [[later.seq, undefined], [shown.seq, undefined],
    [everybody.seq, true], [hidden.seq, true], [first.seq, undefined]]);
  assert.deepEqual(Object.keys(items[0]), Object.keys(first));
  const alone = await engine.get(`/api/v1/notifications/${hidden.id}`, user(sub));
  assert.equal(alone.body.suppressed, true);
  assert.equal((await engine.get('/api/v1/notifications/unread-count', user(sub))).body.unread_count, 5);
  const live = await Live.open(engine, user(sub), { since: first.seq - 1 });
  for (const made of [first, shown, later]) assert.equal((await live.next()).seq, made.seq);
  await live.settled();
  assert.deepEqual(live.frames, []);
  await live.close();
});

test('do-not-disturb is decided at the time of release, in its zone, and urgent passes', async () => {
  const sub = fresh();
  const live = await Live.open(engine, user(sub));
  const zone = 'America/New_York';
  const around = (from, to) => ({ time_zone: zone, windows: [{ days, from: clock(zone, from), to: clock(zone, to) }] });
  await prefer(sub, { do_not_disturb: around(-30, 30) });
  const hidden = await create({ user_id: sub, priority: 'high' });
  const urgent = await create({ user_id: sub, priority: 'urgent' });
  assert.equal((await live.next()).seq, urgent.seq);
  await prefer(sub, { do_not_disturb: around(30, 90) });
  const shown = await create({ user_id: sub });
  assert.equal((await live.next()).seq, shown.seq);
  assert.deepEqual((await list(sub, '?limit=3')).map((x) => [x.id, x.suppressed]),
    [[shown.id, undefined], [urgent.id, undefined], [hidden.id, true]]);
  await prefer(sub, { rules: [{ channel: 'system', enabled: false }] });
  assert.equal((await create({ user_id: sub, priority: 'urgent' })).priority, 'urgent');
  assert.equal((await list(sub, '?limit=1'))[0].suppressed, true);
  await live.settled();
  assert.deepEqual(live.frames, []);
  await live.close();
});

test('on other channels a rule skips the delivery and do-not-disturb holds it back', async () => {
  const sub = fresh();
  const happen = async (more = {}) => {
    const { body } = await engine.post('/api/v1/events', { type: 'order.paid', recipient: sub, data: {}, ...more }, publisher);
    const { id } = body.deliveries.find((x) => x.channel === 'audit');
    return (await engine.get(`/api/v1/admin/deliveries/${id}`, admin)).body;
  };
  await prefer(sub, { rules: [{ channel: 'audit', enabled: false }] });
  const skipped = await happen();
  assert.deepEqual([skipped.status, skipped.reason], ['skipped', 'preference']);
  assert.equal(skipped.user_id, sub);
  assert.equal((await list(sub, '?limit=1'))[0].suppressed, undefined);
  const window = { days, from: clock('UTC', -60), to: clock('UTC', 60) };
  await prefer(sub, { do_not_disturb: { time_zone: 'UTC', windows: [window] } });
  const held = await happen();
  assert.equal(held.status, 'pending');
  assert.equal(held.next_attempt_at.slice(11, 16), window.to);
  assert.notEqual((await happen({ priority: 'urgent' })).status, 'pending');
  await prefer(sub, { do_not_disturb: always });
  assert.equal((await happen()).reason, 'do_not_disturb');
});

test('preferences outlive the engine', async () => {
  const sub = fresh();
  const wanted = { rules: [{ enabled: false }], do_not_disturb: always };
  await prefer(sub, wanted);
  const hidden = await create({ user_id: sub });
  await engine.kill();
  await engine.launch();
  assert.deepEqual((await engine.get(path, user(sub))).body, wanted);
  assert.deepEqual((await list(sub, '?limit=1')).map((x) => [x.id, x.suppressed]), [[hidden.id, true]]);
  const live = await Live.open(engine, user(sub), { since: hidden.seq - 1 });
  await create({ user_id: sub });
  await prefer(sub, empty);
  const shown = await create({ user_id: sub });
  assert.equal((await live.next()).seq, shown.seq);
  await live.close();
});
