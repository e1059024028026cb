// What the producers of the five source documents send, word for word.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { SocketIo } from './harness/socketio.mjs';

let engine;

const logs = ['email', 'sms', 'app_push', 'wechat', 'telegram', 'dingtalk'];
const route = (event, channels) => `[[routes]]\nevent = "${event}"\nchannels = ${JSON.stringify(channels)}\n`;
before(async () => {
  engine = await Engine.start({
    auth: `jwt_secret = "a secret of the tests, longer than thirty-two bytes"
[[auth.service_tokens]]
name = "cron"
token = "the-auth-secret"
scopes = ["admin"]
`,
    config: logs.map((name) => `[channels.${name}]\ntype = "log"\n`).join('')
      + route('payment_webhook_failed', ['telegram']) + route('resume.parsed', ['dingtalk'])
      + route('order.paid', ['wechat']) + `${route('notification', ['system'])}audience = { role = "staff" }\n`,
  });
});
after(() => engine.discard());

const post = (path, body, token = publisher, headers = {}) => engine.post(path, body, token, headers);
const story = async (id) => (await engine.get(`/api/v1/admin/events/${id}`, admin)).body;
const inbox = async (who) => (await engine.get('/api/v1/notifications?is_read=false&limit=20&offset=0', who)).body;

test('an enqueued notice of the administrators is an event and a notification', async () => {
  const notice = {
    eventType: 'payment_webhook_failed', level: 'critical', source: 'payment', title: 'Custom webhook alert',
    entityType: 'webhook', entityId: 'stripe', dedupeKey: 'custom_webhook_alert:1767225600000',
    payload: { provider: 'stripe', error: 'custom error', route: '/api/example', occurredAt: '2026-01-01T00:00:00.000Z' },
  };
  const { status, body } = await post('/api/v1/events', notice);
  assert.deepEqual([status, body.status, body.deliveries.map((x) => x.channel)], [202, 'accepted', ['telegram']]);
  const told = await story(body.event_id);
  assert.deepEqual([told.type, told.source, told.priority, told.entity_id, told.sub_id], ['payment_webhook_failed', 'payment', 'urgent', 'stripe', 'webhook']);
  assert.deepEqual(told.data, { title: notice.title, ...notice.payload });
  assert.deepEqual((await post('/api/v1/events', notice)).body, { event_id: body.event_id, status: 'duplicate', deliveries: [] });
  const direct = await post('/api/v1/notifications', { ...notice, message: 'custom error', channels: ['telegram'] });
  assert.deepEqual([direct.status, direct.body.type, direct.body.priority], [201, 'alert', 'urgent']);
  assert.deepEqual(direct.body.extra_data, { eventType: notice.eventType, entityType: 'webhook', entityId: 'stripe', ...notice.payload });
  const dispatched = await post('/api/admin-notifications/dispatch?limit=20', undefined, 'the-auth-secret');
  assert.deepEqual([dispatched.status, Number.isInteger(dispatched.body.dispatched)], [200, true]);
});

test('the shop\'s API answers as its document shows', async () => {
  const warning = {
    title: '库存预警', message: '鸡肉库存不足,当前库存: 5kg,请及时补货', type: 'warning', priority: 'high',
    user_id: 'user-123', role: 'store_manager', store_id: 'store-123',
    extra_data: { item_id: 'item-456', current_stock: 5 }, source: 'inventory_system',
  };
  const reader = user('user-123');
  const live = await Live.open(engine, reader);
  const made = await post('/api/v1/notifications', warning);
  assert.equal(made.status, 201);
  for (const [name, value] of Object.entries({ ...warning, role: null, store_id: null, is_read: false, read_at: null }))
    assert.deepEqual(made.body[name], value, name);
  assert.equal((await live.next()).id, made.body.id);
  await live.close();
  const batch = await post('/api/v1/notifications/batch', { notifications: [{ title: '通知1', message: '...' }, { title: '通知2', message: '...' }] });
  assert.deepEqual([batch.status, batch.body.created], [201, 2]);
  assert.deepEqual((await inbox(reader)).map((x) => x.title), ['通知2', '通知1', '库存预警']);
  assert.deepEqual((await engine.get('/api/v1/notifications/unread-count', reader)).body, { unread_count: 3 });
  const read = await engine.put(`/api/v1/notifications/${made.body.id}/read`, undefined, reader);
  assert.deepEqual(read.body, { success: true, message: '已标记为已读' });
  assert.equal((await engine.put('/api/v1/notifications/read', { ids: ['notif-1', 'notif-2', 'notif-3'] }, reader)).body.count, 0);
  assert.deepEqual((await engine.put('/api/v1/notifications/read-all', undefined, reader)).body, { success: true, message: '已标记2条通知为已读', count: 2 });
  assert.deepEqual((await engine.delete(`/api/v1/notifications/${made.body.id}`, reader)).body, { success: true, message: '通知已删除' });
  assert.equal((await engine.get('/api/v1/health', reader)).status, 200);
  assert.equal((await engine.get('/api/v1/notifications/stats', reader)).status, 200);
});

test('one message goes out on many channels, and a template on its own', async () => {
  const many = await post('/api/v1/notifications/multi-channel', {
    channels: ['email', 'sms', 'wechat'], recipient: 'user@example.com', title: '订单确认', content: '您的订单已确认,预计30分钟送达', extra_data: { order_id: 'order-123' },
  });
  assert.deepEqual([many.status, many.body.success, many.body.message], [200, true, '通知已发送']);
  assert.deepEqual(many.body.results, { email: true, sms: true, wechat: true });
  const filled = await post('/api/v1/notifications/template', {
    template_name: 'inventory_low', recipient: 'manager@example.com', template_vars: { item_name: '鸡肉', current_stock: 5 },
  });
  assert.deepEqual([filled.status, filled.body.success, filled.body.message, filled.body.template], [200, true, '模板通知已发送', 'inventory_low']);
  assert.deepEqual(filled.body.results, { email: true, system: true });
  const { body } = await engine.get('/api/v1/notifications/templates', publisher);
  assert.deepEqual(body.templates.inventory_low.channels, ['email', 'system']);
});

test('what the shop puts into its queue is an event', async () => {
  const queued = await post('/api/v1/events', { type: 'notification', data: { title: '通知1', message: '...' } });
  assert.deepEqual([queued.status, queued.body.status], [202, 'accepted']);
  const [told] = await inbox(user('waiter', { role: 'staff' }));
  assert.deepEqual([told.title, told.message, told.role], ['通知1', '...', 'staff']);
});

test('a bulk is sent, asked for and stopped below the bare path', async () => {
  const { status, body } = await post('/notifications/bulk', {
    userIds: ['user-1', 'user-2', 'user-3'], templateCode: 'billing.low_balance', data: { balance: 10.0, daysRemaining: 2 }, channels: ['email', 'sms'], priority: 'high',
  });
  assert.deepEqual([status, body.totalUsers, body.status], [202, 3, 'processing']);
  const progress = await engine.get(`/notifications/bulk/${body.batchId}`, publisher);
  assert.deepEqual([progress.status, progress.body.totalUsers], [200, 3]);
  assert.equal((await engine.delete(`/notifications/bulk/${body.batchId}`, publisher)).status, 200);
});

test('a service\'s notification keeps what it calls its own', async () => {
  const eventData = { userId: 'user-7', username: 'anna', email: 'anna@example.com', registeredAt: '2025-01-22T10:00:00Z' };
  const registered = await post('/api/v1/notifications', {
    userId: 'user-7', type: 'SYSTEM', title: '欢迎', body: '欢迎加入', channels: ['email', 'sms', 'websocket'], metadata: { eventType: 'user.registered', eventData },
  });
  assert.deepEqual([registered.status, registered.body.user_id, registered.body.type, registered.body.message], [201, 'user-7', 'info', '欢迎加入']);
  assert.deepEqual(registered.body.extra_data, { eventType: 'user.registered', eventData });
  const alarmed = await post('/api/v1/notifications', {
    userId: 'user-7', type: 'ALERT', title: '登录失败', body: '异地登录', channels: ['email', 'sms', 'push'], priority: 'urgent',
  });
  assert.deepEqual([alarmed.status, alarmed.body.type, alarmed.body.priority], [201, 'alert', 'urgent']);
  assert.deepEqual((await inbox(user('user-7'))).filter((x) => x.user_id).map((x) => x.title), ['欢迎']);
  const sent = (await engine.get('/api/v1/admin/deliveries?channel=push', admin)).body.items;
  assert.deepEqual(sent.map((x) => x.channel), ['app_push']);
});

test('the gateway\'s client subscribes to itself and acknowledges what it reads', async () => {
  const client = await SocketIo.open(engine, user('gate-1'));
  assert.deepEqual(await client.ask('subscribe', 'gate-1'), { success: true });
  const { body } = await post('/api/v1/notifications', { userId: 'gate-1', title: 't', body: 'b' });
  const pushed = await client.event('notification');
  assert.deepEqual([pushed.id, pushed.type, pushed.title, pushed.body, pushed.createdAt], [body.id, 'info', 't', 'b', body.created_at]);
  client.socket.emit('notification:read', { notificationId: body.id });
  assert.equal((await client.event('notification:read:ack')).notificationId, body.id);
  client.socket.close();
});

test('the orchestrator puts its template, looks at it and tells an order once', async () => {
  const put = await post('/notifications/templates', {
    event: 'order.paid', channel: 'wechat', template_id: 'TM00015', enabled: true,
    payload_schema: { type: 'object', required: ['order_id'], properties: { order_id: { type: 'string' } } },
  }, admin);
  assert.deepEqual([put.status, put.body.event, put.body.template_id, put.body.enabled], [201, 'order.paid', 'TM00015', true]);
  assert.equal((await engine.get('/notifications/templates', publisher)).status, 200);
  const preview = await post('/notifications/preview', { event: 'order.paid', data: { order_id: 'o-1' } });
  assert.deepEqual([preview.status, preview.body.previews.some((x) => x.channel === 'wechat')], [200, true]);
  const paid = { type: 'order.paid', entity_id: 'o-1', sub_id: 'ticket-1', recipient: 'openid-1', data: { order_id: 'o-1' } };
  const first = await post('/api/v1/events', paid);
  assert.deepEqual([first.status, first.body.status, first.body.deliveries[0].channel], [202, 'accepted', 'wechat']);
  assert.equal((await post('/api/v1/events', paid)).body.status, 'duplicate');
  const unfit = await post('/api/v1/events', { ...paid, entity_id: 'o-2', data: {} });
  assert.equal(unfit.body.deliveries[0].status, 'failed');
});

test('a message of the stream is told once however often it is handed out', async () => {
  const message = {
    event_id: '0b8f6a52-6f0e-4c7b-9f57-0d6c2b1f3a10', event_type: 'resume.parsed',
    payload: { resume_id: 'r-1', job_id: 'j-1', name: '张三' }, retry_count: 0, trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  };
  const first = await post('/api/v1/events', message);
  assert.deepEqual([first.status, first.body.status], [202, 'accepted']);
  assert.deepEqual(first.body.deliveries.map((x) => [x.channel, x.trace_id]), [['dingtalk', message.trace_id]]);
  const told = await story(first.body.event_id);
  assert.deepEqual([told.type, told.trace_id, told.data], ['resume.parsed', message.trace_id, message.payload]);
  const again = await post('/api/v1/events', { ...message, retry_count: 2, trace_id: '0af7651916cd43dd8448eb211c80319c' });
  assert.deepEqual([again.status, again.text, again.headers['idempotency-replayed']], [202, first.text, 'true']);
  const other = await post('/api/v1/events', { ...message, payload: { resume_id: 'r-2' } });
  assert.equal(other.status, 422);
  const traced = await post('/api/v1/events', { ...message, event_id: 'another' }, publisher, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
  assert.equal((await story(traced.body.event_id)).trace_id, '0af7651916cd43dd8448eb211c80319c');
});
