// What the engine tells its operator about itself, and the stories of seeds 000 and 003.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AliyunSms } from '../servers/providers/aliyun_sms.mjs';
import { Engine, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { DingtalkRobot, WebhookReceiver } from './harness/receiver.mjs';

const down = new Set();
let engine, provider, operator, robot, sms;

before(async () => {
  provider = await WebhookReceiver.start({ answer: ({ path }) => (down.has(path) ? 503 : 204) });
  operator = await WebhookReceiver.start();
  robot = await DingtalkRobot.start({ limit: 1000 });
  sms = await AliyunSms.start();
  const hook = (name, more = 'circuit_failures = 1000') => `
[channels.${name}]
type = "webhook"
url = "${provider.url}/${name}"
retry = "20ms,20ms,20ms,20ms"
${more}
[[routes]]
event = "${name}.*"
channels = ["${name}"]
`;
  engine = await Engine.start({
    config: `
[alerts]
channel = "operator"
dead_letters = 1
[channels.operator]
type = "webhook"
url = "${operator.url}/alerts"
retry = "20ms,20ms,20ms,20ms"
${hook('shop')}
${hook('fickle', 'circuit_failures = 2\ncircuit_cooldown = "50ms"')}
${hook('primary', 'failover = ["spare"]')}
${hook('spare')}
${hook('brittle', 'failover = ["spare"]')}
${hook('quota')}
${hook('busy')}
[channels.sms]
type = "aliyun_sms"
access_key_id = "${sms.id}"
access_key_secret = "${sms.secret}"
sign_name = "another sign"
base_url = "${sms.url}"
[[routes]]
event = "sms.*"
channels = ["sms"]
${hook('off', 'enabled = false')}
[channels.group]
type = "dingtalk"
webhook_url = "${robot.url}/robot/send?access_token=an-old-token"
rate = "off"
[[routes]]
event = "resume.*"
channels = ["group"]
`,
  });
});
after(async () => {
  await engine.discard();
  await Promise.all([provider, operator, robot, sms].map((x) => x.close()));
});

const post = (event) => engine.post('/api/v1/events', { data: {}, ...event }, publisher);

async function final(id) {
  for (;;) {
    const found = (await engine.get(`/api/v1/admin/deliveries/${id}`)).body;
    if (!['pending', 'delivering', 'retrying'].includes(found.status)) return found;
  }
}

const told = (kind, channel, status) => (x) => {
  const said = x.body?.data?.data;
  return said?.kind === kind && said.channel === channel && said.status === status;
};

/** The first alert of that kind about the channel. */
async function alert(kind, channel, status = 'firing') {
  const [found] = await operator.count(1, told(kind, channel, status));
  return found.body;
}

const alerts = (kind, channel, status = 'firing') => operator.requests.filter(told(kind, channel, status)).length;

test('the fourth failure in a row is an alert, what is spent is dead, and a success is the all-clear', async () => {
  down.add('/shop');
  const { body } = await post({ type: 'shop.paid' });
  const said = await alert('consecutive_failures', 'shop');
  assert.equal(said.type, 'carillon.alert');
  assert.equal(said.data.data.count, 4);
  assert.match(said.data.title, /shop.*4 attempts in a row failed/);
  assert.match(said.data.data.reason, /503/);
  const dead = await final(body.deliveries[0].id);
  assert.deepEqual([dead.status, dead.attempts, dead.attempt_log.length], ['dead', 5, 5]);
  down.delete('/shop');
  await post({ type: 'shop.paid' });
  const over = await alert('consecutive_failures', 'shop', 'resolved');
  assert.match(over.data.title, /shop delivers again/);
  assert.equal(alerts('consecutive_failures', 'shop'), 1);
});

test('the third try succeeds: attempts = 3 and no alert', async () => {
  let failures = 0;
  const before = provider.answer;
  provider.answer = (entry) => (entry.path === '/spare' && ++failures <= 2 ? 503 : before(entry));
  const { body } = await post({ type: 'spare.paid', entity_id: 'o-1' });
  const done = await final(body.deliveries[0].id);
  assert.deepEqual([done.status, done.attempts], ['delivered', 3]);
  assert.equal(alerts('consecutive_failures', 'spare'), 0);
  const again = await post({ type: 'spare.paid', entity_id: 'o-1' });
  assert.deepEqual([again.status, again.body.status, again.body.event_id], [202, 'duplicate', body.event_id]);
  assert.equal(provider.requests.filter((x) => x.path === '/spare').length, 3);
  provider.answer = before;
});

test('a channel that is switched off has its deliveries recorded as skipped', async () => {
  const { body } = await post({ type: 'off.paid' });
  assert.deepEqual([body.deliveries[0].status, body.deliveries[0].reason], ['skipped', 'channel_disabled']);
  assert.equal(provider.requests.filter((x) => x.path === '/off').length, 0);
});

test('dead letters above the bound are an alert', async () => {
  down.add('/shop');
  await post({ type: 'shop.paid' });
  const said = await alert('dead_letters', 'shop');
  assert.equal(said.data.data.count, 2);
  down.delete('/shop');
});

test('a failover is an alert that names both channels, and the next success is its all-clear', async () => {
  down.add('/primary');
  await post({ type: 'primary.paid' });
  const said = await alert('failover', 'primary');
  assert.equal(said.data.data.failed_over_to, 'spare');
  assert.match(said.data.title, /primary failed over to spare/);
  down.delete('/primary');
  await post({ type: 'primary.paid' });
  const over = await alert('failover', 'primary', 'resolved');
  assert.equal(over.data.data.failed_over_to, 'spare');
  assert.match(over.data.title, /primary delivers again/);
});

test('one failure is enough for a failover and its all-clear', async () => {
  const before = provider.answer;
  provider.answer = (entry) => (entry.path === '/brittle' ? 410 : before(entry));
  await post({ type: 'brittle.paid' });
  await alert('failover', 'brittle');
  provider.answer = before;
  await post({ type: 'brittle.paid' });
  await alert('failover', 'brittle', 'resolved');
  assert.equal(alerts('consecutive_failures', 'brittle'), 0);
});

test('a limit of half an hour or longer is an alert that says until when', async () => {
  const before = provider.answer;
  const limits = { '/quota': '3600', '/busy': '1200' };
  provider.answer = (entry) =>
    entry.path in limits ? { status: 429, headers: { 'retry-after': limits[entry.path] } } : before(entry);
  await post({ type: 'busy.paid' });
  await provider.count(1, (x) => x.path === '/busy');
  await post({ type: 'quota.paid' });
  const said = await alert('limited', 'quota');
  const left = Date.parse(said.data.data.until) - Date.now();
  assert.ok(left > 3_500_000 && left <= 3_600_000, said.data.data.until);
  assert.match(said.data.data.reason, /429/);
  assert.match(said.data.title, /quota is limited by its provider until/);
  assert.equal(alerts('limited', 'busy'), 0);
  provider.answer = before;
});

test('a sign that is not approved is an alert at the first refusal', async () => {
  const data = { template_code: 'SMS_154950909', template_params: { message: 'hello' } };
  await post({ type: 'sms.code', recipient: '13800138000', data });
  const said = await alert('template_refused', 'sms');
  assert.match(said.data.data.reason, /isv\.SMS_SIGNATURE_ILLEGAL/);
  assert.equal(alerts('consecutive_failures', 'sms'), 0);
});

test('an open circuit is an alert, and so is its end', async () => {
  down.add('/fickle');
  await post({ type: 'fickle.paid' });
  await alert('circuit_open', 'fickle');
  down.delete('/fickle');
  await post({ type: 'fickle.paid' });
  await alert('circuit_open', 'fickle', 'resolved');
});

test('refused credentials are an alert', async () => {
  await post({ type: 'resume.parsed' });
  const said = await alert('credentials_refused', 'group');
  assert.match(said.data.data.reason, /token is not exist/);
  assert.equal(await engine.metric('carillon_alerts_total{channel="group",kind="credentials_refused"}'), 1);
});

test('nothing is sent about the channel that alerts go to', async () => {
  operator.answer = () => 503;
  down.add('/spare');
  await post({ type: 'spare.paid' });
  await engine.logged(/alerts go to channel operator: this one about itself is not sent/);
  assert.equal(alerts('consecutive_failures', 'operator'), 0);
  assert.equal(await engine.metric('carillon_alerts_total{channel="operator",kind="consecutive_failures"}'), 1);
});

test('alerts reach an inbox too', async () => {
  const silent = await WebhookReceiver.start({ answer: () => 410 });
  const other = await Engine.start({
    config: `
[alerts]
channel = "system"
recipient = "boss"
consecutive_failures = 0
[channels.gone]
type = "webhook"
url = "${silent.url}/"
[[routes]]
event = "order.*"
channels = ["gone"]
`,
  });
  const live = await Live.open(other, user('boss'));
  await other.post('/api/v1/events', { type: 'order.paid', data: {} }, publisher);
  const pushed = await live.next();
  assert.match(pushed.title, /gone: 1 attempt in a row failed/);
  assert.deepEqual([pushed.user_id, pushed.type, pushed.priority], ['boss', 'alert', 'high']);
  silent.answer = () => 204;
  await other.post('/api/v1/events', { type: 'order.paid', data: {} }, publisher);
  const over = await live.next();
  assert.match(over.title, /gone delivers again/);
  assert.deepEqual([over.type, over.priority], ['success', 'normal']);
  await live.close();
  await other.discard();
  await silent.close();
});
