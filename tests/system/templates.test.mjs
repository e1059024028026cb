// Templates from the API to the channel: kept, checked, previewed, and what events say in them.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { tmpdir } from 'node:os';
import { Engine, admin, publisher, run, user } from './harness/engine.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

let engine, hook;
const at = '/api/v1/notifications/templates';

before(async () => {
  hook = await WebhookReceiver.start();
  engine = await Engine.start({
    config: `
[channels.hook]
type = "webhook"
url = "${hook.url}/in"
[[routes]]
event = "shop.*"
channels = ["system", "hook"]
template = "shop"
[[routes]]
event = "order.*"
channels = ["system"]
[[routes]]
event = "user.registered"
channels = ["system"]
template = "user.registered"
`,
  });
});
after(async () => {
  await engine.discard();
  await hook.close();
});

const call = (method, path, body, token = admin) => engine.request(method, path, { token, body });

/** Puts a template; its row. */
async function put(template) {
  const answer = await call('POST', at, template);
  assert.ok([200, 201].includes(answer.status), answer.text);
  return answer.body;
}

/** Posts an event; its deliveries as the operator sees them. */
async function happen(event) {
  const answer = await call('POST', '/api/v1/events', event, publisher);
  assert.equal(answer.status, 202, answer.text);
  return answer.body.deliveries;
}

async function inbox(id) {
  const answer = await call('GET', '/api/v1/notifications', undefined, user(id));
  return answer.body[0];
}

test('the templates that come with the program are listed by code', async () => {
  const { status, body } = await call('GET', at, undefined, publisher);
  assert.equal(status, 200);
  assert.equal(body.count, Object.keys(body.templates).length);
  assert.deepEqual(body.templates.inventory_low, {
    title: '库存预警',
    content: '商品 {item_name} 库存不足，当前库存: {current_stock}，请及时补货。',
    channels: ['email', 'system'],
    priority: 'high',
  });
  for (const code of ['order_confirmed', 'order_ready', 'staff_schedule', 'payment_success', 'backup_completed', 'backup_failed', 'system_alert', 'user.registered', 'user.login_failed', 'device.created', 'billing.low_balance', 'app.installed', 'system.maintenance', 'order.paid', 'ticket.expired', 'resume.parsed', 'job.matched'])
    assert.ok(body.templates[code], code);
});

test('a template is put once under an idempotency key', async () => {
  const post = (body) => engine.request('POST', at, { token: admin, body, headers: { 'idempotency-key': 'tpl-1' } });
  const words = { code: 'once', channel: 'hook', language: 'en', content: 'one' };
  const first = await post(words);
  const again = await post(words);
  assert.deepEqual([first.status, first.headers['idempotency-replayed']], [201, undefined]);
  assert.deepEqual([again.status, again.text, again.headers['idempotency-replayed']], [201, first.text, 'true']);
  assert.equal((await post({ ...words, content: 'two' })).status, 422);
  assert.deepEqual((await call('GET', `${at}/${first.body.id}/versions`)).body.items.map((x) => x.version), [1]);
  const told = (await call('GET', '/api/v1/admin/audit?action=template.put')).body.items;
  assert.equal(told.filter((x) => x.object.startsWith('once ')).length, 1);
});

test('a template is put in its place, listed, changed, rolled back, switched and removed', async () => {
  const first = await call('POST', at, { code: 'life', channel: 'hook', language: 'en', title: 'T', content: 'one {{x}}', priority: 'high' });
  assert.equal(first.status, 201, first.text);
  const { id } = first.body;
  assert.equal((await call('POST', at, { code: 'life', channel: 'hook', language: 'en', content: 'two' })).status, 200);
  const rows = (await call('GET', `${at}?view=list&code=life`, undefined, publisher)).body.items;
  assert.deepEqual(rows.map((x) => [x.id, x.version, x.content, x.priority]), [[id, 2, 'two', null]]);
  assert.equal((await call('PUT', `${at}/${id}`, { title: 'New' })).body.version, 3);
  assert.deepEqual((await call('GET', `${at}/${id}/versions`)).body.items.map((x) => [x.version, x.content]), [[3, 'two'], [2, 'two'], [1, 'one {{x}}']]);
  const back = await call('POST', `${at}/${id}/rollback`, { version: 1 });
  assert.deepEqual([back.status, back.body.version, back.body.content], [200, 4, 'one {{x}}']);
  assert.equal((await call('POST', `${at}/${id}/rollback`, { version: 99 })).status, 404);
  assert.equal((await call('POST', `${at}/${id}/disable`)).body.enabled, false);
  assert.equal((await call('POST', `${at}/${id}/enable`)).body.enabled, true);
  assert.equal((await call('DELETE', `${at}/${id}`)).status, 204);
  assert.equal((await call('GET', `${at}/${id}`)).status, 404);
  assert.equal((await call('DELETE', `${at}/${id}`)).status, 404);
});

test('changing wants admin, and reading wants publish', async () => {
  assert.equal((await call('POST', at, { code: 'x', content: 'x' }, publisher)).status, 403);
  assert.equal((await call('GET', at, undefined, user('ann'))).status, 403);
  assert.equal((await call('GET', '/notifications/templates', undefined, publisher)).status, 200);
});

test('what cannot be compiled is refused with its place', async () => {
  const bad = await call('POST', at, { code: 'bad', content: 'a\n{{#if x}}', payload_schema: { $ref: 'http://elsewhere/x' } });
  assert.equal(bad.status, 422);
  assert.deepEqual(bad.body.errors.map((x) => x.path), ['/content', '/payload_schema']);
  assert.match(bad.body.errors[0].message, /line 2, column 1/);
  const checked = await call('POST', `${at}/validate`, { content: 'a\n{{#if x}}' }, publisher);
  assert.deepEqual(checked.body, { valid: false, errors: [{ line: 2, column: 1, message: 'the block if is not closed' }] });
  assert.deepEqual((await call('POST', `${at}/validate`, { content: '{{x}}' }, publisher)).body, { valid: true, errors: [] });
});

test('a channel nobody has, a language that is none and a bad pattern are refused by where they stand', async () => {
  const at422 = async (row) => {
    const { status, body } = await call('POST', at, { code: 'checked', content: 'x', ...row });
    return [status, ...body.errors.map((x) => x.path).sort()];
  };
  const bad = { channel: 'emial', language: 'english!', channels: ['system', 'nosuch'], content: '{{#if x}}', payload_schema: { properties: { a: { pattern: '[' } } } };
  assert.deepEqual(await at422(bad), [422, '/channel', '/channels/1', '/content', '/language', '/payload_schema/properties/a/pattern']);
  const { body: row } = await call('POST', at, { code: 'checked', content: 'x', channel: 'sms', language: 'zh-Hant-TW', channels: ['hook', 'push', 'dingtalk'] });
  assert.deepEqual([row.channel, row.language, row.channels], ['sms', 'zh-Hant-TW', ['hook', 'app_push', 'dingtalk']]);
  const changed = await call('PUT', `${at}/${row.id}`, { channel: 'emial', language: 'e' });
  assert.deepEqual([changed.status, changed.body.errors.map((x) => x.path).sort()], [422, ['/channel', '/language']]);
  assert.equal((await call('DELETE', `${at}/${row.id}`)).status, 204);
});

test('a preview shows what each channel would say, and sends nothing', async () => {
  const seen = hook.requests?.length;
  await put({ code: 'look', channel: 'hook', language: 'en', title: 'Hi {{name}}', content: '{{name}} & co', html: '<b>{{name}}</b>' });
  const { status, body } = await call('POST', '/api/v1/notifications/preview', { template_name: 'look', data: { name: '<Ann>' }, language: 'en', channel: 'hook' }, publisher);
  assert.equal(status, 200);
  assert.equal(body.template_name, 'look');
  const [preview] = body.previews;
  assert.deepEqual([preview.channel, preview.title, preview.content, preview.html], ['hook', 'Hi <Ann>', '<Ann> & co', '<b>&lt;Ann&gt;</b>']);
  assert.equal(preview.payload.data.title, 'Hi <Ann>');
  assert.equal(hook.requests?.length, seen);
  assert.equal((await call('POST', '/notifications/preview', { template_name: 'nobody', data: {} }, publisher)).status, 404);
  const unknown = await call('POST', '/api/v1/notifications/preview', { template_name: 'look', data: {}, channel: 'fax' }, publisher);
  assert.deepEqual([unknown.status, unknown.body.errors.map((x) => x.path)], [422, ['/channel']]);
  const built = await call('POST', '/api/v1/notifications/preview', { event: 'order.paid', data: {} }, publisher);
  assert.match(built.body.previews[0].errors[0], /order_id/);
});

test('an event is told in the recipient\'s language, changed from one request to the next', async () => {
  await put({ code: 'shop', language: 'zh-CN', title: '标题', content: '订单 {{order}}' });
  await put({ code: 'shop', language: 'en', title: 'Title', content: 'order {{order}}' });
  await call('PUT', '/api/v1/admin/recipients/lang-en', { locale: 'en-GB' });
  await happen({ type: 'shop.sold', recipients: ['lang-en', 'lang-none'], data: { order: 7 } });
  assert.equal((await inbox('lang-en')).message, 'order 7');
  assert.equal((await inbox('lang-none')).message, '订单 7');
  await happen({ type: 'shop.sold', recipient: 'lang-en', locale: 'zh-CN', data: { order: 9 } });
  assert.equal((await inbox('lang-en')).message, '订单 9');
  await put({ code: 'shop', language: 'zh-CN', title: '标题', content: '新 {{order}}' });
  await happen({ type: 'shop.sold', recipient: 'lang-none', data: { order: 8 } });
  assert.equal((await inbox('lang-none')).message, '新 8');
});

test('half-filled texts are never sent, and templates switched off are skipped', async () => {
  const row = await put({ code: 'shop', channel: 'hook', language: 'en', content: '{{amount}}', payload_schema: { type: 'object', required: ['amount'] } });
  const told = async (data) => (await happen({ type: 'shop.paid', recipient: 'half', locale: 'en', data })).find((x) => x.channel === 'hook');
  const counted = () => Promise.all(['created_total{channel="hook"}', 'failed_total{channel="hook",class="invalid_request"}'].map((x) => engine.metric(`notification_${x}`)));
  const before = await counted();
  const failed = await told({ order: 1 });
  assert.equal(failed.status, 'failed');
  assert.deepEqual(await counted(), before.map((x) => x + 1));
  assert.match(failed.reason, /amount/);
  await call('POST', `${at}/${row.id}/disable`);
  assert.deepEqual([(await told({ amount: 1 })).status, (await told({ amount: 1 })).reason], ['skipped', 'template_disabled']);
});

test('a template stored for an event speaks of it where no route names one', async () => {
  await put({ event: 'order.shipped', channel: 'system', title: '已发货', content: '订单 {{order_id}} 已发货' });
  await happen({ type: 'order.shipped', recipient: 'bound', data: { order_id: 'A1' } });
  assert.equal((await inbox('bound')).title, '已发货');
});

test('a template of the program is told as an event wants it', async () => {
  await happen({ type: 'user.registered', recipient: 'new-user', locale: 'en', data: { username: 'Ann', email: 'ann@example.org' } });
  assert.equal((await inbox('new-user')).title, 'Welcome, Ann');
});

test('hostile templates are cut off soon', async () => {
  await put({ code: 'endless', content: '{{> endless}}' });
  await put({ code: 'giant', content: '{{#each l}}{{#each ../l}}{{#each ../../l}}x{{/each}}{{/each}}{{/each}}' });
  for (const [code, why] of [['endless', /32 deep/], ['giant', /100,000 steps|256 KiB/]]) {
    const { body } = await call('POST', '/api/v1/notifications/preview', { template_name: code, data: { l: Array(1000).fill(1) } }, publisher);
    assert.match(body.previews[0].errors[0], why);
  }
});

test('the command line moves templates to files and back', async () => {
  const directory = mkdtempSync(`${tmpdir()}/carillon-templates-`);
  const moved = (verb) => run(['templates', verb, directory, '--config', engine.file, '--url', `http://127.0.0.1:${engine.port}`]);
  try {
    const out = moved('export');
    assert.equal(out.status, 0, out.stderr);
    const { items } = (await call('GET', `${at}?view=list`)).body;
    assert.equal(readdirSync(directory).length, items.length);
    const file = `${directory}/system_alert.all.en.json`;
    const row = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...row, title: 'Look out' }));
    const back = moved('import');
    assert.equal(back.status, 0, back.stderr);
    const [changed] = (await call('GET', `${at}?view=list&code=system_alert&language=en`)).body.items;
    assert.deepEqual([changed.title, changed.version, changed.syntax, changed.payload_schema], ['Look out', 2, 'braces', { type: 'object', required: ['alert_message'] }]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
