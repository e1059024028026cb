// Telegram, Feishu, WeCom and WeChat against stand-ins that check what the providers check.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { FeishuApp, FeishuBot, signature } from '../servers/providers/feishu.mjs';
import { Telegram, tooMany } from '../servers/providers/telegram.mjs';
import { WecomApp, WecomBot } from '../servers/providers/wecom.mjs';
import { Wechat } from '../servers/providers/wechat.mjs';
import { Engine } from './harness/engine.mjs';

const title = '告警 😀';
const content = '库存 *不足* _5kg_ <b>& "q" \\n `c` [x](y) 1.5!';
const group = -1001234567890;
let engine, telegram, feishuBot, feishu, wecom, wecomBot, wechat, mini;

const app = (type, provider, keys) => `
type = "${type}"
base_url = "${provider.url}"
retry = "50ms,50ms"
${Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join('\n')}
`;

before(async () => {
  [telegram, feishuBot, feishu, wecom, wecomBot, wechat, mini] = await Promise.all(
    [Telegram, FeishuBot, FeishuApp, WecomApp, WecomBot, Wechat, Wechat].map((x) => x.start()));
  telegram.chats = new Map([[42, {}], [43, { blocked: true }], [44, {}], [45, {}], [46, {}], ['@ops', { topics: [5] }],
    [group, { topics: [5] }], [-7, { movedTo: -1007 }], [-1007, { topics: [5] }]]);
  engine = await Engine.start({
    config: `
[channels.telegram]${app('telegram', telegram, { bot_token: telegram.token, chat_ids: [String(group), '@ops'], thread_id: 5 })}
[channels.telegram_lost]${app('telegram', telegram, { bot_token: '1:WRONG' })}
[channels.feishu_bot]${app('feishu_bot', feishuBot, { webhook_url: feishuBot.webhook, secret: feishuBot.secret, rate: 'off' })}
[channels.feishu_bot_lost]${app('feishu_bot', feishuBot, { webhook_url: feishuBot.webhook, secret: 'another' })}
[channels.feishu]${app('feishu', feishu, { app_id: feishu.id, app_secret: feishu.secret })}
[channels.feishu_lost]${app('feishu', feishu, { app_id: feishu.id, app_secret: 'another' })}
[channels.wecom]${app('wecom', wecom, { corp_id: wecom.corp, corp_secret: wecom.secret, agent_id: wecom.agent })}
[channels.wecom_lost]${app('wecom', wecom, { corp_id: wecom.corp, corp_secret: 'another', agent_id: wecom.agent })}
[channels.wecom_bot]${app('wecom_bot', wecomBot, { webhook_url: wecomBot.webhook, rate: 'off' })}
[channels.wecom_bot_lost]${app('wecom_bot', wecomBot, { webhook_url: `${wecomBot.url}/cgi-bin/webhook/send?key=other` })}
[channels.wechat]${app('wechat', wechat, { app_id: wechat.id, app_secret: wechat.secret })}
[channels.wechat_lost]${app('wechat', wechat, { app_id: wechat.id, app_secret: 'another' })}
[channels.wechat_mini]${app('wechat_mini', mini, { app_id: mini.id, app_secret: mini.secret })}
[[routes]]
event = "ops.**"
channels = ["telegram"]
`,
  });
});
after(async () => {
  await engine.discard();
  await Promise.all([telegram, feishuBot, feishu, wecom, wecomBot, wechat, mini].map((x) => x.close()));
});

/** Hands one message for one channel in and answers its delivery. */
async function hand(channel, recipient, extra_data = {}, extra = {}) {
  const answer = await engine.post('/api/v1/notifications/multi-channel?wait=0s', { channels: [channel], recipient, title, content, extra_data, ...extra });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.deliveries[0].id;
}

const story = async (id) => (await engine.get(`/api/v1/admin/deliveries/${id}`)).body;

/** Asks until the delivery is as `test` wants it: its states have no event of their own outside. */
async function until(id, test) {
  for (;;) {
    const found = await story(id);
    if (test(found)) return found;
  }
}

const final = (id) => until(id, (x) => !['pending', 'delivering', 'retrying'].includes(x.status));
const send = async (...message) => final(await hand(...message));
const end = (x) => [x.status, x.error_class, x.attempts];

test('the stand-in of Feishu computes the signatures of the vectors', () => {
  const vectors = JSON.parse(readFileSync(new URL('../adapters/channels/vectors.json', import.meta.url)));
  for (const { input, expected } of vectors.filter((x) => x.case === 'webhook_sign'))
    assert.equal(signature(input.timestamp_s, input.secret), expected.sign);
});

test('telegram: an event for nobody reaches each of the chats, in their topic, as a delivery of its own', async () => {
  const answer = await engine.post('/api/v1/events', { type: 'ops.stock', entity_id: 'e-1', data: { title, message: content } });
  assert.deepEqual(answer.body.deliveries.map((x) => x.recipient), [String(group), '@ops']);
  const all = await Promise.all(answer.body.deliveries.map((x) => final(x.id)));
  assert.deepEqual(all.map((x) => x.status), ['delivered', 'delivered']);
  for (const chat of [group, '@ops']) {
    const [got] = telegram.to(chat);
    assert.equal(got.text, `${title}\n\n${content}`);
    assert.equal(got.message_thread_id, 5);
  }
  assert.match(all[0].provider_message_id, /^\d+$/);
});

test('telegram: a chat that is named is told alone and outside of topics', async () => {
  assert.equal((await send('telegram', '42')).status, 'delivered');
  assert.deepEqual(Object.keys(telegram.to(42)[0]).sort(), ['chat_id', 'entities', 'text']);
});

test('telegram: who blocked the bot is not asked again', async () => {
  const gone = await send('telegram', '43');
  assert.deepEqual(end(gone), ['dead', 'invalid_recipient', 1]);
  assert.equal(gone.attempt_log[0].provider_code, '403');
});

test('telegram: a group that moved is told at its new place', async () => {
  assert.equal((await send('telegram', '-7')).status, 'delivered');
  assert.equal(telegram.to(-1007)[0].text, `${title}\n\n${content}`);
});

test('telegram: a markup that cannot be parsed goes again as plain text', async () => {
  assert.equal((await send('telegram', '44', { parse_mode: 'HTML' })).status, 'delivered');
  assert.deepEqual(telegram.to(44), [{ chat_id: 44, text: `${title}\n\n${content}` }]);
  assert.equal((await send('telegram', '46', { parse_mode: 'HTML' }, { content: '<i>斜</i>' })).status, 'delivered');
  assert.equal(telegram.to(46)[0].text, `<b>${title}</b>\n\n<i>斜</i>`);
});

test('telegram: a limit costs no attempt and an outage is outlived', async () => {
  telegram.script.push(tooMany(1), { status: 502, body: '<html>' });
  const told = await send('telegram', '45');
  assert.deepEqual([told.status, told.attempts, told.attempt_log.length], ['delivered', 2, 3]);
  const [limited, , last] = told.attempt_log.map((x) => Date.parse(x.started_at));
  assert.ok(last - limited >= 1000);
  assert.equal(told.attempt_log[0].error_class, 'rate_limited');
});

test('robots and bots with refused credentials stop', async () => {
  for (const [channel, to, code] of [['telegram_lost', '42', '401'], ['feishu_bot_lost', '', '19021'], ['wecom_bot_lost', '', '93000']]) {
    const refused = await send(channel, to || undefined);
    assert.deepEqual(end(refused), ['dead', 'invalid_credentials', 1], channel);
    assert.equal(refused.attempt_log[0].provider_code, code);
  }
});

test('feishu_bot: a signed card with the words as they are and its mentions', async () => {
  assert.equal((await send('feishu_bot', undefined, { at_user_ids: ['ou_1'], at_all: true })).status, 'delivered');
  assert.deepEqual(feishuBot.taken.pop(), { text: `${title}\n${content}`, mentions: ['ou_1', 'all'] });
  assert.equal((await send('feishu_bot', undefined, { msg_type: 'text' })).status, 'delivered');
  assert.deepEqual(feishuBot.taken.pop(), { text: `${title}\n${content}`, mentions: [] });
});

test('feishu_bot: a card that is refused is dead, a text that is too long cut', async () => {
  assert.deepEqual(end(await send('feishu_bot', undefined, { at_user_ids: ['nobody'] })), ['dead', 'invalid_request', 1]);
  assert.equal((await send('feishu_bot', undefined, {}, { content: '鸡'.repeat(9_000) })).status, 'delivered');
  assert.match(feishuBot.taken.pop().text, /鸡…$/);
});

test('feishu_bot: a missing keyword is the fault of the message', async () => {
  feishuBot.script.push({ body: { code: 19024, msg: 'Key Words Not Found' } });
  assert.deepEqual(end(await send('feishu_bot')), ['dead', 'invalid_request', 1]);
});

test('feishu_bot: a limit makes the channel wait', async () => {
  feishuBot.script.push({ body: { code: 11232, msg: 'frequency limited' } });
  const limited = await until(await hand('feishu_bot'), (x) => x.status === 'retrying');
  assert.deepEqual([limited.error_class, limited.attempts], ['rate_limited', 0]);
  assert.ok(Date.parse(limited.next_attempt_at) - Date.now() > 50_000);
});

const tokenChannels = () => [
  ['feishu', feishu, ['ou_1', 'oc_ops', 'a@example.com'], {}],
  ['wecom', wecom, ['zhangsan', 'lisi', '@all'], {}],
  ['wechat', wechat, ['oOPENID', 'oOPENID', 'oOPENID'], { template_id: 'TPL', thing1: '服务器', time2: '2024年5月20日 16:30' }],
  ['wechat_mini', mini, ['oOPENID', 'oOPENID', 'oOPENID'], { template_id: 'TPL', thing1: '服务器', time2: '2024年5月20日 16:30' }],
];

test('a token is fetched once however many wait for it', async () => {
  for (const [channel, provider, everybody, data] of tokenChannels()) {
    const all = await Promise.all(everybody.map((to) => send(channel, to, data)));
    assert.deepEqual(all.map((x) => x.status), all.map(() => 'delivered'), channel);
    assert.equal(provider.issued, 1, channel);
    assert.equal(provider.taken.length, everybody.length, channel);
    assert.ok(all[0].provider_message_id, channel);
  }
});

test('a token that is refused is fetched anew, once, and the message sent', async () => {
  for (const [channel, provider, [to], data] of tokenChannels()) {
    provider.revoke();
    assert.equal((await send(channel, to, data)).status, 'delivered', channel);
    assert.equal(provider.issued, 2, channel);
  }
});

test('a secret that is refused makes the message dead', async () => {
  for (const [channel, to] of [['feishu_lost', 'ou_1'], ['wecom_lost', 'zhangsan'], ['wechat_lost', 'oOPENID']]) {
    const refused = await send(channel, to, { template_id: 'TPL', thing1: 'x', time2: 'y' });
    assert.deepEqual([refused.status, refused.error_class], ['dead', 'invalid_credentials'], channel);
    assert.doesNotMatch(JSON.stringify(refused), /another/);
  }
});

test('who is not known is not asked for again', async () => {
  for (const [channel, code] of [['feishu', '230001'], ['wecom', '81013'], ['wechat', '40003'], ['wechat_mini', '40003']]) {
    const gone = await send(channel, 'ou_nobody', { template_id: 'TPL', thing1: 'x', time2: 'y' });
    assert.deepEqual(end(gone), ['dead', 'invalid_recipient', 1], channel);
    assert.equal(gone.attempt_log.at(-1).provider_code, code);
  }
});

test('an outage is outlived', async () => {
  for (const [channel, provider, [to], data] of tokenChannels()) {
    provider.script.push({ status: 502, body: '<html>' }, channel === 'feishu' ? { status: 500, body: { code: 1500, msg: 'internal' } } : { body: { errcode: -1, errmsg: 'system busy' } });
    const told = await send(channel, to, data);
    assert.deepEqual([told.status, told.attempts], ['delivered', 3], channel);
  }
});

test('feishu: the words as they are, and a limit as long as the provider says', async () => {
  feishu.script.push({ status: 429, headers: { 'x-ogw-ratelimit-reset': '1' }, body: { code: 99991400, msg: 'request trigger frequency limit' } });
  const told = await send('feishu', 'oc_ops', { at_user_ids: ['ou_1'] });
  assert.deepEqual([told.status, told.attempts, told.attempt_log.length], ['delivered', 1, 2]);
  assert.deepEqual(feishu.taken.pop(), { to: 'oc_ops', text: `${title}\n${content}`, mentions: ['ou_1'] });
});

test('wecom: markdown or text with the words as they are, cut to the bytes it may have', async () => {
  await send('wecom', 'lisi', { msg_type: 'text' });
  assert.equal(wecom.taken.pop().text.content, `${title}\n${content}`);
  await send('wecom', 'lisi', {}, { content: '鸡'.repeat(2_000) });
  assert.match(wecom.taken.pop().markdown.content, /^### 告警 😀\n\n鸡+…$/);
});

test('wecom: a receiver named in a success is none', async () => {
  wecom.script.push({ body: { errcode: 0, errmsg: 'ok', invaliduser: 'lisi' } });
  assert.deepEqual(end(await send('wecom', 'lisi')), ['dead', 'invalid_recipient', 1]);
});

test('wecom: a message that reached some is delivered and says whom it did not reach', async () => {
  const told = await send('wecom', 'zhangsan|Nobody');
  assert.deepEqual(end(told), ['delivered', null, 1]);
  assert.ok(told.provider_message_id);
  assert.match(told.attempt_log[0].excerpt, /^did not reach nobody: /);
});

test('wecom_bot: markdown with the words as they are, a text where mobiles are mentioned', async () => {
  assert.equal((await send('wecom_bot', undefined, { at_user_ids: ['u1'] })).status, 'delivered');
  assert.equal(wecomBot.taken.pop().markdown.content, `### ${title}\n\n${content}\n<@u1>`);
  assert.equal((await send('wecom_bot', undefined, { at_mobiles: ['138'], at_all: true })).status, 'delivered');
  assert.deepEqual(wecomBot.taken.pop().text, { content: `${title}\n${content}`, mentioned_list: ['@all'], mentioned_mobile_list: ['138'] });
  wecomBot.script.push({ body: { errcode: -1, errmsg: 'system busy' } });
  assert.deepEqual(end(await send('wecom_bot', undefined, {}, { content: '鸡'.repeat(3_000) })), ['delivered', null, 2]);
});

test('wechat: values as long as their kind may be, with the page they lead to', async () => {
  await send('wechat', 'oOPENID', { template_id: 'TPL', thing1: '很'.repeat(30), time2: '2024年5月20日', url: 'https://e.x/?a=1&b=2' });
  const got = wechat.taken.pop();
  assert.deepEqual([got.kind, got.url], ['template', 'https://e.x/?a=1&b=2']);
  assert.deepEqual(got.data, { thing1: { value: `${'很'.repeat(19)}…` }, time2: { value: '2024年5月20日' } });
  await send('wechat_mini', 'oOPENID', { template_id: 'TPL', thing1: '服务器 😀', time2: 't', page: 'pages/index?x=1' });
  const { kind, page, miniprogram_state: state, lang, data } = mini.taken.pop();
  assert.deepEqual([kind, page, state, lang, data.thing1.value], ['subscribe', 'pages/index?x=1', 'formal', 'zh_CN', '服务器 😀']);
});

test('wechat: a template that does not fit is the fault of the message', async () => {
  assert.deepEqual(end(await send('wechat', 'oOPENID', { template_id: 'OTHER', thing1: 'x' })), ['dead', 'invalid_request', 1]);
  assert.deepEqual(end(await send('wechat', 'oOPENID', { template_id: 'TPL', thing1: 'x' })), ['dead', 'invalid_request', 1]);
  const unnamed = await send('wechat', 'oOPENID');
  assert.deepEqual([unnamed.status, unnamed.error_class], ['dead', 'invalid_request']);
});
