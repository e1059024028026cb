// The ready-made events of administrators at Telegram: with all that their helpers carry, with the
// least that makes a message, and with less.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Telegram } from '../servers/providers/telegram.mjs';
import { Engine, admin, publisher } from './harness/engine.mjs';

let engine, telegram;

before(async () => {
  telegram = await Telegram.start();
  telegram.chats = { get: () => ({}) };
  engine = await Engine.start({
    config: `
[channels.telegram]
type = "telegram"
base_url = "${telegram.url}"
bot_token = "${telegram.token}"
chat_ids = "42"
rate = "off"
`,
  });
  const names = ['order_paid', 'subscription_renewed', 'subscription_canceled', 'payment_webhook_failed', 'ai_callback_failed', 'storage_failed', 'user_registered'];
  const { status, text } = await engine.put('/api/v1/admin/routes', { routes: names.map((x) => ({ name: `admin.${x}` })) }, admin);
  assert.equal(status, 200, text);
});
after(async () => {
  await engine.discard();
  await telegram.close();
});

let events = 0;
const happen = async (type, data, more = {}) => {
  const { status, text, body } = await engine.post('/api/v1/events', { type, entity_id: `e-${++events}`, recipient: `${1000 + events}`, data, ...more }, publisher);
  assert.equal(status, 202, text);
  return body.deliveries[0];
};

/** What the chat is told. */
async function told(type, data, more) {
  const before = telegram.requests.length;
  await happen(type, data, more);
  return JSON.parse((await telegram.count(before + 1))[before].text).text;
}

const order = { orderNo: 'N-1', amount: null, currency: null, paymentAmount: 12.5, paymentCurrency: 'USD', paymentProvider: 'stripe', userEmail: 'a@b.c', productName: '专业版' };
const subscription = { subscriptionNo: 'S-1', productName: 'Pro', amount: 9, currency: 'CNY', paymentProvider: 'stripe', userEmail: 'a@b.c', currentPeriodEnd: '2026-12-01T00:00:00Z' };
const failure = { provider: 'stripe', error: 'custom error', route: '/api/example', occurredAt: '2026-01-02T03:04:05.000Z' };

/** Event, data, title and text in Chinese. */
const messages = [
  ['order.paid', order, '订单已支付', '订单 N-1（专业版） 已支付 $12.50，渠道 stripe，用户 a@b.c。'],
  ['order.paid', { orderNo: 'N-2', amount: 8, currency: 'CNY', paymentEmail: 'p@b.c', userEmail: 'a@b.c' }, '订单已支付', '订单 N-2 已支付 ¥8.00，用户 p@b.c。'],
  ['order.paid', { order_id: 7, paymentAmount: 0, paymentCurrency: 'USD', amount: 5, currency: 'CNY' }, '订单已支付', '订单 7 已支付 $0.00。'],
  ['order.paid', { orderNo: 'N-3', amount: 8 }, '订单已支付', '订单 N-3 已支付 8。'],
  ['order.paid', { orderNo: 'N-4' }, '订单已支付', '订单 N-4 已支付。'],
  ['subscription.renewed', subscription, '订阅已续费', '订阅 S-1（Pro）已续费 ¥9.00，渠道 stripe，用户 a@b.c，有效期至 2026-12-01。'],
  ['subscription.renewed', { userEmail: 'a@b.c' }, '订阅已续费', '订阅已续费，用户 a@b.c。'],
  ['subscription.canceled', { ...subscription, reason: '太贵' }, '订阅已取消', '订阅 S-1（Pro）已取消，原因: 太贵，金额 ¥9.00，渠道 stripe，用户 a@b.c，有效期至 2026-12-01。'],
  ['subscription.cancelled', { subscriptionNo: 'S-2' }, '订阅已取消', '订阅 S-2已取消。'],
  ['payment.webhook_failed', { title: 'Custom webhook alert', ...failure }, 'Custom webhook alert', '支付渠道 stripe 的回调处理失败: custom error（/api/example），时间 2026-01-02 03:04:05 UTC。'],
  ['payment.webhook_failed', { error: 'e' }, '支付回调失败', '支付回调处理失败: e。'],
  ['ai.callback_failed', { taskId: 't-1', ...failure }, 'AI 回调失败', 'AI 任务 t-1 的回调失败（stripe）: custom error（/api/example），时间 2026-01-02 03:04:05 UTC。'],
  ['ai.callback_failed', { model: 'm' }, 'AI 回调失败', 'AI 任务的回调失败（m）。'],
  ['storage.failed', { ...failure, provider: 's3', operation: 'put', bucket: 'b', key: 'a/k' }, '存储服务失败', '存储服务 s3 put 操作失败（b/a/k）: custom error（/api/example），时间 2026-01-02 03:04:05 UTC。'],
  ['storage.failed', { provider: 's3', error: 'y' }, '存储服务失败', '存储服务 s3 操作失败: y。'],
  ['user.registered', { username: '小明', userEmail: 'a@b.c', registeredAt: '2026-01-02T03:04:05Z' }, '新用户注册', '新用户 小明（a@b.c） 已注册，时间 2026-01-02 03:04:05 UTC。'],
  ['user.registered', { email: 'a@b.c', name: '张三' }, '新用户注册', '新用户 张三（a@b.c） 已注册。'],
  ['user.registered', { user_id: 'u-1' }, '新用户注册', '新用户 u-1 已注册。'],
  ['user.registered', { username: '', userEmail: 'a@b.c' }, '新用户注册', '新用户 a@b.c 已注册。'],
];

test('every ready-made event is told with all that it carries', async () => {
  for (const [type, data, title, text] of messages)
    assert.equal(await told(type, data), `${title}\n\n${text}`, type);
});

test('they are told in English', async () => {
  const english = { locale: 'en' };
  assert.equal(await told('order.paid', order, english), 'Order paid\n\nOrder N-1 (专业版) was paid: $12.50 through stripe by a@b.c.');
  assert.equal(await told('subscription.renewed', subscription, english), 'Subscription renewed\n\nThe subscription S-1 (Pro) was renewed for ¥9.00 through stripe by a@b.c, valid until 2026-12-01.');
  assert.equal(await told('subscription.canceled', { userEmail: 'a@b.c', reason: 'price' }, english), 'Subscription cancelled\n\nThe subscription was cancelled by a@b.c: price.');
  assert.equal(await told('payment.webhook_failed', failure, english), 'Payment webhook failed\n\nA payment webhook of stripe failed at 2026-01-02 03:04:05 UTC: custom error (/api/example).');
  assert.equal(await told('ai.callback_failed', { error: 'e' }, english), 'AI callback failed\n\nThe callback of an AI task failed: e.');
  assert.equal(await told('storage.failed', { provider: 's3', operation: 'put', key: 'k' }, english), 'Storage failed\n\nThe storage service s3 failed to put (k).');
  assert.equal(await told('user.registered', { name: 'Ann', email: 'a@b.c' }, english), 'New user\n\nAnn (a@b.c) has registered.');
});

test('what lacks the words of a message is refused with the reason', async () => {
  const types = ['order.paid', 'subscription.renewed', 'subscription.canceled', 'payment.webhook_failed', 'ai.callback_failed', 'storage.failed', 'user.registered'];
  const before = telegram.requests.length;
  for (const type of types)
    for (const data of [{}, { title: 't', occurredAt: failure.occurredAt, orderNo: null, subscriptionNo: '', provider: {}, error: null, username: '' }]) {
      const refused = await happen(type, data);
      assert.deepEqual([refused.status, refused.attempts], ['failed', 0], type);
      assert.match(`${refused.reason}`, /does not fulfil the template's schema/, type);
    }
  assert.equal(telegram.requests.length, before);
});
