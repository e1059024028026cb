// A dry run's word against what then happens: rows as the store has them and requests at the
// stand-in, over routes and events drawn at random.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, jwt, publisher, user } from './harness/engine.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

const seed = Number(process.env.CARILLON_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const routeCount = 60;
const eventCount = 200;

/** Mulberry32. */
function dice(from) {
  let state = from;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const random = dice(seed);
const pick = (list) => list[Math.floor(random() * list.length)];
const chance = (x) => random() < x;
const some = (list) => {
  const found = list.filter(() => chance(0.4));
  return found.length > 0 ? found : [pick(list)];
};

let engine, hook;
before(async () => {
  hook = await WebhookReceiver.start();
  engine = await Engine.start({ config: `
[outbound]
allow_private = ["127.0.0.0/8"]
[channels.hook]
type = "webhook"
url = "${hook.url}/hook"
[channels.calls]
type = "webhook"
[channels.off]
type = "webhook"
url = "${hook.url}/off"
enabled = false
` });
});
after(async () => {
  await engine.discard();
  await hook.close();
});

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const clock = (hours) => `${String((new Date().getUTCHours() + 24 + hours) % 24).padStart(2, '0')}:00`;
const quiet = (...windows) => ({ rules: [], do_not_disturb: { time_zone: 'UTC', windows: windows.map(([from, to]) => ({ days, from, to })) } });
const rules = (...all) => ({ rules: all });

/** Who there is: addresses or none, roles, and what they do not want to hear. */
const people = {
  p0: {}, p1: { calls: true, roles: ['staff'] }, p2: { calls: true, hook: true, roles: ['staff'], stores: ['s1'] },
  p3: { calls: true, wants: rules({ channel: 'hook', enabled: false }) },
  p4: { roles: ['staff'], wants: rules({ source: 'noise', enabled: false }) },
  p5: { calls: true, hook: true, wants: quiet([clock(-1), clock(3)]) },
  p6: { calls: true, wants: quiet(['00:00', '00:00']) },
  p7: { calls: true, stores: ['s1'], wants: rules({ channel: 'system', enabled: false }) },
};

async function prepare() {
  for (const [who, x] of Object.entries(people)) {
    const addresses = Object.fromEntries(['calls', 'hook'].filter((name) => x[name]).map((name) => [name, `${hook.url}/${name}/${who}`]));
    const made = await engine.put(`/api/v1/admin/recipients/${who}`, { addresses, roles: x.roles ?? [], stores: x.stores ?? [] }, admin);
    assert.equal(made.status, 200);
    if (x.wants) assert.equal((await engine.put('/api/v1/preferences', x.wants, user(who))).status, 200);
  }
  for (const row of [
    { code: 'plain', title: 'T {{n}}', content: 'm {{n}}' },
    { code: 'strict', title: 'T', content: '{{n}}', payload_schema: { type: 'object', required: ['n'] } },
    { code: 'silent', title: 'T', content: 'm', enabled: false },
    { code: 'aloud', title: 'T', content: 'm', priority: 'urgent' },
    { event: 'a.bound', code: 'bound', channel: 'hook', title: 'B', content: '{{n}}', payload_schema: { type: 'object', required: ['n'] } },
  ]) {
    const made = await engine.post('/api/v1/notifications/templates', { language: 'zh-CN', enabled: true, ...row }, admin);
    assert.ok(made.status < 300, made.text);
  }
  const made = await engine.put('/api/v1/admin/routes', { routes: [silent, ...Array.from({ length: routeCount }, randomRoute)] }, admin);
  assert.equal(made.status, 200, made.text);
}

const types = ['a.one', 'a.two', 'a.bound', 'b.one', 'b.two', 'b.c.deep'];

/** A disabled template, which chance alone seldom gives a route that is followed. */
const silent = { name: 'silent', event: 'a.two', channels: ['hook'], when: 'data.n <= 4', template: 'silent' };

function randomRoute(_, i) {
  const audience = pick([undefined, undefined, undefined, { user: 'p1' }, { role: 'staff' }, { role: 'staff', store: 's1' }, { addresses: [`${hook.url}/calls/fixed`] }, { field: 'data.owner' }]);
  return {
    name: `r${i}`,
    event: pick([...types, 'a.*', 'b.**', '*.one', 'b.*.deep']),
    channels: some(['system', 'hook', 'calls', 'off']),
    enabled: !chance(0.1),
    ...(chance(0.5) ? { when: pick(['data.n > 4', 'data.n <= 4', 'exists data.owner', 'source == "noise"', 'not exists data.n', 'data.kind in ["x","y"]']) } : {}),
    ...(chance(0.4) ? { template: pick(['plain', 'strict', 'silent', 'aloud', 'nowhere']) } : {}),
    ...(audience ? { audience } : {}),
    ...(chance(0.3) ? { throttle: pick(['1/1h', '2/1h', '5/1h']) } : {}),
    ...(chance(0.25) ? { digest: '1h' } : {}),
    ...(chance(0.2) ? { priority: pick(['low', 'high', 'urgent']) } : {}),
    ...(chance(0.1) ? { delay: '1h' } : {}),
    ...(chance(0.1) ? { repeat_after: '1h' } : {}),
  };
}

function randomEvent() {
  const anybody = [...Object.keys(people), 'stranger', `${hook.url}/calls/else`];
  return {
    type: pick(types),
    source: pick(['shop', 'noise']),
    ...(chance(0.6) ? { entity_id: `e${Math.floor(random() * 4)}` } : {}),
    ...(chance(0.2) ? { sub_id: pick(['s', 't']) } : {}),
    ...(chance(0.9) ? { recipients: some(anybody).slice(0, 3) } : {}),
    ...(chance(0.1) ? { priority: 'urgent' } : {}),
    data: {
      ...(chance(0.8) ? { n: Math.floor(random() * 10) } : {}),
      ...(chance(0.3) ? { owner: some(Object.keys(people)) } : {}),
      ...(chance(0.5) ? { kind: pick(['x', 'z']) } : {}),
    },
  };
}

const under = ['pending', 'delivering', 'retrying', 'delivered'];
/** One message, as a line that both sides can be written in. */
const line = (channel, recipient, status, reason) => `${channel} > ${recipient ?? 'all'}: ${status}${reason ? ` (${reason})` : ''}`;

/** What may leave no trace: an inbox row that a lock or a throttle forbids. */
const traceless = (x) => x.channel === 'system' && ['duplicate', 'throttled'].includes(x.reason);

/** What was foretold. */
function foretold(answer) {
  return answer.deliveries
    .filter((x) => !traceless(x))
    .map((x) => line(x.channel, x.recipient, under.includes(x.status) ? 'told' : x.status, x.reason)).sort();
}

/** What the store has of an event. */
function stored(story) {
  return [
    ...story.deliveries.filter((x) => !traceless(x)).map((x) => line(x.channel, x.recipient ?? x.user_id, under.includes(x.status) ? 'told' : x.status, x.reason)),
    ...story.notifications.map((x) => line('system', x.user_id, 'told')),
  ].sort();
}

/** How many deliveries the store has, and how many rows of the inbox. */
async function rows() {
  const { deliveries } = (await engine.get('/api/v1/notifications/stats', admin)).body;
  return Object.values(deliveries).flatMap((x) => Object.values(x)).reduce((x, y) => x + y, 0);
}

test('an event whose key was used is foretold as the duplicate that it would be', async () => {
  const path = '/api/v1/admin/routes/dry-run';
  const made = await engine.put('/api/v1/admin/routes', { routes: [{ event: 'key.*', channels: ['system', 'calls', 'off'] }] }, admin);
  assert.equal(made.status, 200, made.text);
  const event = { type: 'key.used', recipients: ['q1', 'q2'], idempotency_key: 'order-1', data: { n: 1 } };
  const all = (answer) => answer.body.deliveries.map((x) => line(x.channel, x.recipient, x.status, x.reason)).sort();
  const first = await engine.post(path, event, admin);
  assert.equal(first.body.notification.user_id, 'q1');
  assert.deepEqual(all(first).filter((x) => !x.startsWith('calls')), ['off > all: skipped (channel_disabled)', 'system > q1: delivered', 'system > q2: delivered']);
  const told = await engine.post('/api/v1/events', event, admin);
  assert.equal(told.status, 202);
  const before = await rows();

  const again = await engine.post(path, event, admin);
  assert.equal(again.status, 200);
  assert.equal(again.body.notification, undefined);
  assert.deepEqual(again.body.deliveries, first.body.deliveries.map((x) => ({ ...x, status: 'skipped', reason: 'duplicate' })));
  const replayed = await engine.post('/api/v1/events', event, admin);
  assert.equal(replayed.headers['idempotency-replayed'], 'true');
  assert.deepEqual(replayed.body, told.body);

  // The key of another, another key, and the same key with other words.
  const other = await engine.post(path, event, jwt({ sub: 'another operator', scope: 'admin' }));
  assert.deepEqual(all(other), all(first));
  assert.deepEqual(all(await engine.post(path, { ...event, idempotency_key: 'order-2' }, admin)), all(first));
  for (const where of [path, '/api/v1/events'])
    assert.equal((await engine.post(where, { ...event, data: { n: 2 } }, admin)).status, 422, where);
  assert.equal(await rows(), before);
});

test(`what a dry run says is what happens (seed ${seed})`, async (t) => {
  t.diagnostic(`CARILLON_TEST_SEED=${seed}`);
  await prepare();
  const kinds = new Map();
  const inboxes = new Map();
  const sent = new Map();
  for (let i = 0; i < eventCount; ++i) {
    const event = randomEvent();
    const about = `event ${i} ${JSON.stringify(event)}`;
    const before = await rows();
    const dry = await engine.post('/api/v1/admin/routes/dry-run', event, admin);
    assert.equal(dry.status, 200);
    assert.equal(await rows(), before, `${about}: the dry run left rows`);
    const { body: said } = await engine.post('/api/v1/events', event, publisher);
    for (const x of dry.body.deliveries) kinds.set(x.reason ?? x.status, (kinds.get(x.reason ?? x.status) ?? 0) + 1);
    const all = dry.body.deliveries;
    assert.equal(said.status, all.length > 0 && all.every((x) => x.reason === 'duplicate') ? 'duplicate' : 'accepted', about);
    if (said.status === 'duplicate') {
      assert.equal(await rows(), before, about);
      continue;
    }
    const story = (await engine.get(`/api/v1/admin/events/${said.event_id}`)).body;
    assert.deepEqual(stored(story), foretold(dry.body), about);
    assert.equal(story.notifications.length > 0, Boolean(dry.body.notification), about);
    for (const x of story.notifications)
      if (x.user_id && x.visible_at) inboxes.set(x.user_id, (inboxes.get(x.user_id) ?? 0) + 1);
    for (const x of story.deliveries)
      if (under.includes(x.status) && x.reason === null && !(Date.parse(x.next_attempt_at) > Date.now() + 600_000)) sent.set(x.id, x);
  }
  t.diagnostic([...kinds].map(([kind, n]) => `${kind} ${n}`).sort().join(', '));
  await hook.count(sent.size);
  await engine.stop();
  assert.deepEqual(hook.requests.map((x) => x.id).sort(), [...sent.keys()].sort());
  for (const x of hook.requests) {
    const { channel, recipient } = sent.get(x.id);
    assert.equal(`${hook.url}${x.path}`, recipient ?? `${hook.url}/${channel}`);
  }
  await engine.launch();
  for (const who of Object.keys(people))
    assert.equal((await engine.get('/api/v1/notifications/unread-count', user(who))).body.unread_count, inboxes.get(who) ?? 0, who);
  for (const kind of ['duplicate', 'throttled', 'digest', 'preference', 'do_not_disturb', 'channel_disabled', 'route_disabled', 'no_address', 'template_disabled', 'delivered', 'pending'])
    assert.ok(kinds.get(kind) > 0, `the corpus has no ${kind}`);
});
