// What the services of a cloud phone platform say: each of their events in, the right title in the
// inbox, and the right text in the mail and at the webhook.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MailServer } from '../servers/providers/smtp.mjs';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { decodeWords, readMail } from './harness/mail.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

const phone = { deviceId: 'd-1', deviceName: '测试机' };

/** Event, its data, the title and the text of whom it concerns. */
const told = [
  ['user.registered', { username: '小明', email: 'ming@example.org', loginUrl: 'https://c.example' }, '欢迎，小明', '您的账号已注册成功，注册邮箱 ming@example.org。登录: https://c.example'],
  ['user.login_failed', { username: '小明', ipAddress: '10.0.0.7', location: '上海' }, '登录失败提醒', '账号 小明 登录失败，IP 10.0.0.7（上海）。如非本人操作，请立即修改密码。'],
  ['user.password_changed', { username: '小明' }, '密码已修改', '账号 小明 的密码已修改。如非本人操作，请立即联系我们。'],
  ['user.profile_updated', { username: '小明' }, '资料已更新', '小明的资料已更新。'],
  ['user.two_factor_enabled', { username: '小明' }, '两步验证已开启', '账号 小明 已开启两步验证。'],
  ['user.deleted', { username: '小明' }, '账号已注销', '账号 小明 已注销。'],
  ['device.created', phone, '云手机已创建', '云手机 测试机 已创建，可以使用了。'],
  ['device.creation_failed', { deviceId: 'd-1', reason: '配额已满' }, '云手机创建失败', '云手机 d-1 创建失败: 配额已满。'],
  ['device.started', phone, '云手机已启动', '云手机 测试机 已启动。'],
  ['device.stopped', { ...phone, reason: '空闲' }, '云手机已停止', '云手机 测试机 已停止: 空闲。'],
  ['device.deleted', phone, '云手机已删除', '云手机 测试机 已删除。'],
  ['device.error', { ...phone, error: 'ADB 无响应 <1>' }, '云手机异常', '云手机 测试机 出现异常: ADB 无响应 <1>。'],
  ['device.connection_lost', phone, '云手机连接中断', '与云手机 测试机 的连接已中断。'],
  ['app.installed', { appName: '微信', deviceName: '测试机' }, '应用安装成功', '应用 微信 已安装到 测试机。'],
  ['app.install_failed', { packageName: 'com.a.b', reason: '空间不足' }, '应用安装失败', '应用 com.a.b 安装失败: 空间不足。'],
  ['app.updated', { appName: '微信', version: '8.0.1' }, '应用已更新', '应用 微信 已更新到 8.0.1。'],
  ['billing.low_balance', { balance: 5.5, daysRemaining: 3 }, '余额不足提醒', '您的余额仅剩 ¥5.50，预计可用 3 天，请及时充值。'],
  ['billing.payment_success', { amount: 128, orderId: 'A1001' }, '支付成功', '您已成功支付 ¥128.00，订单号 A1001。'],
  ['billing.invoice_generated', { amount: 1999.9, invoiceId: 'INV-7', dueDate: '2026-12-01T00:00:00Z' }, '账单已生成', '账单 INV-7已生成，金额 ¥1,999.90，请于 2026-12-01 前支付。'],
  ['system.maintenance', { startTime: '2026-12-01T02:30:00Z', duration: '2 小时', description: '升级数据库。' }, '系统维护通知', '系统将于 2026-12-01 02:30 进行维护，预计 2 小时。升级数据库。'],
];

let engine, hook, mail;

before(async () => {
  hook = await WebhookReceiver.start();
  mail = await MailServer.start({ starttls: false, auth: false });
  const routes = told.map(([type]) => `[[routes]]\nevent = "${type}"\nchannels = ["system", "email", "hook"]\ntemplate = "${type}"\n`);
  engine = await Engine.start({
    config: `
[channels.hook]
type = "webhook"
url = "${hook.url}/in"
[channels.email]
type = "email"
host = "127.0.0.1"
port = ${mail.port}
security = "none"
from = "noreply@example.com"
rate = "off"
${routes.join('')}`,
  });
});
after(async () => {
  await engine.discard();
  await hook.close();
  await mail.close();
});

for (const [type, data, title, text] of told) {
  test(`${type} is told in the inbox, by mail and to the webhook`, async () => {
    const id = type.replace('.', '-');
    const address = `${id}@example.org`;
    const known = await engine.request('PUT', `/api/v1/admin/recipients/${id}`, { token: admin, body: { addresses: { email: address } } });
    assert.equal(known.status, 200, known.text);
    const posted = await engine.request('POST', '/api/v1/events', { token: publisher, body: { type, recipient: id, data } });
    assert.equal(posted.status, 202, posted.text);
    const inbox = await engine.request('GET', '/api/v1/notifications', { token: user(id) });
    assert.deepEqual(inbox.body.map((x) => [x.title, x.message]), [[title, text]]);
    const [call] = await hook.count(1, (x) => x.body?.type === type);
    assert.deepEqual([call.body.data.title, call.body.data.message], [title, text]);
    const [letter] = await mail.taken(1, (x) => x.to.includes(address));
    const read = readMail(letter.text);
    assert.equal(decodeWords(read.headers.subject), title);
    assert.equal(read.parts[0].text.trim(), text);
  });
}
