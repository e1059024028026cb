// From an event to the deliveries that routes make of it, on real channels.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { DingtalkRobot, WebhookReceiver } from './harness/receiver.mjs';

const hookSecret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
const robotSecret = 'SEC9f3c1a7b2e6d4508c9a1f0e3b7d6254a8c0f1e2d3b4a59687766554433221100';
const down = new Map();
let engine, hook, backup, robot;

before(async () => {
  hook = await WebhookReceiver.start({ secret: hookSecret, answer: ({ body }) => down.get(body.data.data.order) ?? 204 });
  backup = await WebhookReceiver.start();
  robot = await DingtalkRobot.start({ secret: robotSecret, limit: 1000 });
  engine = await Engine.start({
    config: `
[channels.log]
type = "log"
[channels.hook]
type = "webhook"
url = "${hook.url}/in"
secret = "${hookSecret}"
retry = "100ms,100ms"
failover = ["backup"]
[channels.backup]
type = "webhook"
url = "${backup.url}/backup"
[channels.ops]
type = "dingtalk"
webhook_url = "${robot.webhook}"
secret = "${robotSecret}"
rate = "off"
[channels.off]
type = "log"
enabled = false
[[routes]]
event = "order.*"
channels = ["system", "hook"]
[[routes]]
event = "resume.**"
channels = ["ops"]
[[routes]]
event = "stock.low"
channels = ["system", "log", "off"]
audience = { role = "store_manager" }
priority = "high"
[[routes]]
event = "big.order"
when = "data.amount >= 100 and data.currency in [\\"CNY\\", \\"USD\\"]"
channels = ["log"]
`,
  });
});
after(async () => {
  await engine.discard();
  await Promise.all([hook.close(), backup.close(), robot.close()]);
});

const post = (event, headers) => engine.post('/api/v1/events', event, publisher, headers);
const delivery = async (id) => (await engine.get(`/api/v1/admin/deliveries/${id}`)).body;

/** Asks until the delivery is final: its end has no event of its own outside. */
async function final(id) {
  for (;;) {
    const found = await delivery(id);
    if (!['pending', 'delivering', 'retrying'].includes(found.status)) return found;
  }
}

const channel = (answer, name) => answer.body.deliveries.find((x) => x.channel === name);

test('an event reaches the inbox, the socket and the webhook, signed', async () => {
  const live = await Live.open(engine, user('user-1'));
  const answer = await post({ type: 'order.paid', entity_id: 'o-1', recipient: 'user-1', data: { order: 'o-1', title: '支付成功', message: '订单已支付' } });
  assert.equal(answer.status, 202);
  assert.equal(answer.body.status, 'accepted');
  assert.match(answer.body.event_id, /^evt-/);
  assert.equal(channel(answer, 'system').status, 'delivered');
  assert.deepEqual(answer.body.deliveries.map((x) => x.event_type), ['order.paid', 'order.paid']);
  const pushed = await live.next();
  assert.deepEqual([pushed.title, pushed.message, pushed.user_id], ['支付成功', '订单已支付', 'user-1']);
  const [request] = await hook.count(1, (x) => x.body?.data.data.order === 'o-1');
  assert.equal(request.id, channel(answer, 'hook').id);
  assert.equal(request.body.type, 'order.paid');
  assert.equal(request.body.data.event_id, answer.body.event_id);
  assert.equal(request.body.data.message, '订单已支付');
  const story = await final(request.id);
  assert.deepEqual([story.status, story.attempts, story.channel, story.event_id], ['delivered', 1, 'hook', answer.body.event_id]);
  assert.equal(story.attempt_log.length, 1);
  assert.equal(story.attempt_log[0].provider_code, '204');
  await live.close();
});

test('the same entity is not sent twice and a repeat names the first event', async () => {
  const event = { type: 'order.shipped', entity_id: 'o-2', recipient: 'user-2', data: { order: 'o-2' } };
  const first = await post(event);
  const second = await post(event);
  assert.deepEqual([second.status, second.body.status, second.body.event_id], [202, 'duplicate', first.body.event_id]);
  const other = await post({ ...event, recipient: 'user-3' });
  assert.equal(other.body.status, 'accepted');
  await hook.count(2, (x) => x.body?.data.data.order === 'o-2');
});

test('an idempotency key repeats the answer, in the header or the body', async () => {
  const event = { type: 'order.noted', recipient: 'user-4', data: { order: 'o-3' } };
  const first = await post(event, { 'idempotency-key': 'k1' });
  const second = await post(event, { 'idempotency-key': 'k1' });
  assert.equal(second.text, first.text);
  const third = await post({ ...event, idempotency_key: 'k2' });
  const fourth = await post({ ...event, idempotency_key: 'k2' });
  assert.equal(fourth.body.event_id, third.body.event_id);
  assert.notEqual(third.body.event_id, first.body.event_id);
});

test('a receiver that fails twice gets the same id and words until it takes them', async () => {
  let failures = 0;
  down.set('o-5', undefined);
  hook.answer = ({ body }) => (body.data.data.order === 'o-5' && ++failures <= 2 ? 503 : 204);
  const answer = await post({ type: 'order.paid', entity_id: 'o-5', recipient: 'user-5', data: { order: 'o-5' } });
  const tries = await hook.count(3, (x) => x.body?.data.data.order === 'o-5');
  assert.equal(new Set(tries.map((x) => x.id)).size, 1);
  assert.equal(new Set(tries.map((x) => x.text)).size, 1);
  const story = await final(channel(answer, 'hook').id);
  assert.deepEqual([story.status, story.attempts], ['delivered', 3]);
  assert.deepEqual(story.attempt_log.map((x) => [x.number, x.provider_code]), [[1, '503'], [2, '503'], [3, '204']]);
});

test('a delivery that dies goes to the backup as one story', async () => {
  hook.answer = ({ body }) => (body.data.data.order === 'o-6' ? 500 : 204);
  const answer = await post({ type: 'order.paid', entity_id: 'o-6', recipient: 'user-6', data: { order: 'o-6' } });
  const [taken] = await backup.count(1, (x) => x.body?.data.data.order === 'o-6');
  const dead = await final(channel(answer, 'hook').id);
  assert.deepEqual([dead.status, dead.attempts, dead.error_class, dead.failed_over_to], ['dead', 3, 'transient', taken.id]);
  const successor = await final(taken.id);
  assert.deepEqual([successor.status, successor.failover_of, successor.channel], ['delivered', dead.id, 'backup']);
});

test('DingTalk takes the signed markdown with its mentions', async () => {
  const answer = await post({ type: 'resume.parsed.ok', data: { title: '简历解析完成', message: '候选人 **张三** 😀', at_mobiles: ['13800138000'] } });
  const [request] = await robot.count(1);
  assert.equal(request.verdict.errcode, 0);
  assert.equal(request.body.markdown.title, '简历解析完成');
  assert.ok(request.body.markdown.text.includes('候选人 **张三** 😀') && request.body.markdown.text.includes('@13800138000'));
  assert.equal((await final(channel(answer, 'ops').id)).status, 'delivered');
});

test('an error in a 200 is an error', async () => {
  robot.script.push({ errcode: 310000, errmsg: 'keywords not in content' });
  const answer = await post({ type: 'resume.failed', data: { title: 't', message: 'm' } });
  const story = await final(channel(answer, 'ops').id);
  assert.deepEqual([story.status, story.error_class], ['dead', 'invalid_request']);
  assert.equal(story.attempt_log[0].provider_code, '310000');
});

test('a route\'s audience wins, and a disabled channel is recorded as skipped', async () => {
  const manager = await Live.open(engine, user('m-1', { role: 'store_manager' }));
  const cook = await Live.open(engine, user('c-1', { role: 'cook' }));
  const answer = await post({ type: 'stock.low', recipient: 'c-1', data: { title: '库存预警', message: '5kg' } });
  const pushed = await manager.next();
  assert.deepEqual([pushed.role, pushed.priority, pushed.user_id], ['store_manager', 'high', null]);
  await cook.settled();
  assert.deepEqual(cook.frames, []);
  assert.deepEqual([channel(answer, 'off').status, channel(answer, 'off').reason], ['skipped', 'channel_disabled']);
  await Promise.all([manager.close(), cook.close()]);
});

test('a condition on the data decides', async () => {
  const sent = async (data) => (await post({ type: 'big.order', recipient: 'u', data })).body.deliveries.filter((x) => x.status !== 'skipped').length;
  assert.equal(await sent({ amount: 100, currency: 'CNY' }), 1);
  assert.equal(await sent({ amount: 99, currency: 'CNY' }), 0);
  assert.equal(await sent({ amount: 500, currency: 'EUR' }), 0);
  assert.equal(await sent({}), 0);
});

test('an event that no route wants is accepted and stored', async () => {
  const answer = await post({ type: 'nobody.cares', data: {} });
  assert.deepEqual([answer.status, answer.body.status, answer.body.deliveries], [202, 'accepted', []]);
});

test('a bad event names every fault', async () => {
  const { status, body } = await post({ data: [], entity_id: '', priority: 'p' });
  assert.equal(status, 422);
  assert.deepEqual(body.errors.map((x) => x.path).sort(), ['/data', '/entity_id', '/priority', '/type']);
});

test('the operator lists and filters deliveries', async () => {
  const { body } = await engine.get('/api/v1/admin/deliveries?channel=hook&status=dead');
  assert.ok(body.items.length > 0 && body.items.every((x) => x.channel === 'hook' && x.status === 'dead'));
  const seen = [];
  for (let cursor; ;) {
    const page = (await engine.get(`/api/v1/admin/deliveries?limit=3${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)).body;
    seen.push(...page.items.map((x) => x.id));
    cursor = page.next;
    if (!cursor) break;
  }
  assert.equal(new Set(seen).size, seen.length);
  assert.ok(seen.length > 6);
  assert.equal((await engine.get('/api/v1/admin/deliveries?status=poem')).status, 400);
  assert.equal((await engine.get('/api/v1/admin/deliveries/dlv-00000000-0000-7000-8000-000000000000')).status, 404);
});

test('metrics count what happened under the seeds\' names', async () => {
  assert.ok(await engine.metric('notification_sent_total{channel="hook"}') >= 3);
  assert.ok(await engine.metric('notification_failed_total{channel="hook",class="transient"}') >= 1);
  assert.ok(await engine.metric('notification_retry_total{channel="hook"}') >= 4);
  assert.ok(await engine.metric('notification_created_total{channel="hook"}') >= 3);
  assert.ok(await engine.metric('notification_delivery_duration_seconds_count{channel="hook"}') >= 3);
});

test('no secret stands in the log', () => {
  for (const secret of [hookSecret, robotSecret, 'robot-token', publisher, admin]) assert.ok(!engine.log.includes(secret));
});
