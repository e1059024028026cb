// SMS, team chats and self-hosted push: each channel against a strict stand-in of its provider.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { AliyunSms, acs3Signature } from '../servers/providers/aliyun_sms.mjs';
import { Discord } from '../servers/providers/discord.mjs';
import { Gotify } from '../servers/providers/gotify.mjs';
import { Ntfy, refused as ntfyRefused } from '../servers/providers/ntfy.mjs';
import { Slack } from '../servers/providers/slack.mjs';
import { Teams } from '../servers/providers/teams.mjs';
import { TencentSms, onNumber, tc3Signature } from '../servers/providers/tencent_sms.mjs';
import { Twilio, refused as twilioRefused } from '../servers/providers/twilio.mjs';
import { Engine, admin } from './harness/engine.mjs';

const special = '鸡肉库存不足 😀👨‍👩‍👧 *b* _i_ ~s~ `c` [x](y) <b>&amp; "q" \\n 100% a+b=c;d #tag @everyone <!channel>';
const soon = { 'retry-after': '1' };
const aliyun = (Code, status = 200, headers = {}) => ({ status, headers, body: { Code, Message: Code, RequestId: 'r' } });
const tencent = (Code) => ({ body: { Response: { Error: { Code, Message: Code }, RequestId: 'r' } } });
const slack = (error, status = 200, headers = {}) => ({ status, headers, body: { ok: false, error } });
const chinese = (n) => `1380013${String(n).padStart(4, '0')}`;
const american = (n) => `+1555867${String(n).padStart(4, '0')}`;

/**
 * Per channel: its stand-in, its keys, who is written to, what the data holds beside the words, and
 * an answer of each class that the provider has. What is `untestable` can be asked nothing.
 */
const channels = {
  aliyun: {
    type: 'aliyun_sms', Provider: AliyunSms, address: chinese,
    keys: (x) => ({ access_key_id: x.id, access_key_secret: x.secret, sign_name: x.sign, base_url: `${x.url}/sms` }),
    data: (message) => ({ template_code: 'SMS_154950909', template_params: { message } }),
    says: {
      transient: aliyun('ServiceUnavailable', 503), rate_limited: aliyun('Throttling.User', 400, { 'x-acs-retry-after': '1' }),
      invalid_recipient: aliyun('isv.MOBILE_NUMBER_ILLEGAL'), invalid_request: aliyun('isv.SMS_CONTENT_ILLEGAL'), invalid_credentials: aliyun('isv.AMOUNT_NOT_ENOUGH'),
    },
    id: '900619746936498440^0',
  },
  tencent: {
    type: 'tencent_sms', Provider: TencentSms, address: chinese,
    keys: (x) => ({ secret_id: x.id, secret_key: x.key, sdk_app_id: x.app, sign_name: x.sign, base_url: x.url }),
    data: (message) => ({ template_code: '1110', template_params: [message] }),
    says: {
      transient: tencent('InternalError'), rate_limited: tencent('RequestLimitExceeded'), invalid_recipient: onNumber('FailedOperation.PhoneNumberInBlacklist'),
      invalid_request: onNumber('FailedOperation.ContainSensitiveWord'), invalid_credentials: onNumber('FailedOperation.InsufficientBalanceInSmsPackage'),
    },
    id: '5000:1',
  },
  twilio: {
    type: 'twilio', Provider: Twilio, address: american, cut: 1600,
    keys: (x) => ({ account_sid: x.sid, auth_token: x.token, from: x.from, base_url: x.url }),
    says: {
      transient: twilioRefused(503, 20500), rate_limited: twilioRefused(429, 20429), invalid_recipient: twilioRefused(400, 21610),
      invalid_request: twilioRefused(400, 21617), invalid_credentials: twilioRefused(401, 20003),
    },
    id: 'SM0123456789abcdef0123456789abcdef',
  },
  slack_hook: {
    type: 'slack', Provider: Slack, untestable: true, keys: (x) => ({ webhook_url: x.webhook }),
    says: {
      transient: { status: 500, body: 'rollup_error' }, rate_limited: { status: 429, headers: soon, body: 'rate_limited' },
      invalid_recipient: { status: 410, body: 'channel_is_archived' }, invalid_request: { status: 400, body: 'invalid_blocks' }, invalid_credentials: { status: 404, body: 'no_service' },
    },
  },
  slack_bot: {
    type: 'slack', Provider: Slack, address: (n) => `C${n}`, keys: (x) => ({ bot_token: x.token, base_url: `${x.url}/api/` }),
    says: {
      transient: slack('fatal_error'), rate_limited: slack('ratelimited', 429, soon), invalid_recipient: slack('not_in_channel'),
      invalid_request: slack('msg_too_long'), invalid_credentials: slack('token_revoked'),
    },
    id: '1503435956.000247',
  },
  discord: {
    type: 'discord', Provider: Discord, cut: 2000, keys: (x) => ({ webhook_url: x.webhook, base_url: x.url }),
    says: {
      transient: { status: 502 }, rate_limited: { status: 429, body: { message: 'You are being rate limited.', retry_after: 1.05, global: false } },
      invalid_request: { status: 400, body: { code: 50035 } }, invalid_credentials: { status: 401, body: { code: 50027 } },
    },
    id: '987',
  },
  teams: {
    type: 'teams', Provider: Teams, untestable: true, cut: 28 * 1024, keys: (x) => ({ webhook_url: x.webhook, base_url: x.url }),
    says: {
      transient: { status: 503 }, rate_limited: { body: 'Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId x' },
      invalid_request: { status: 400 }, invalid_credentials: { status: 410 },
    },
  },
  ntfy: {
    type: 'ntfy', Provider: Ntfy, cut: 4096, keys: (x) => ({ url: x.url, topic: x.topic, token: x.token }),
    says: {
      transient: { status: 500 }, rate_limited: ntfyRefused(42901, 429, soon), invalid_recipient: ntfyRefused(40010),
      invalid_request: ntfyRefused(41301), invalid_credentials: ntfyRefused(40301),
    },
    id: 'hwQ2YpKdmg',
  },
  gotify: {
    type: 'gotify', Provider: Gotify, keys: (x) => ({ url: x.url, token: x.token }),
    says: { transient: { status: 500 }, rate_limited: { status: 429 }, invalid_request: { status: 400 }, invalid_credentials: { status: 403 } },
    id: '25',
  },
};
const names = Object.keys(channels);
const each = (work) => Promise.all(names.map((name) => work(name, channels[name])));
let engine;

const toml = (name, { type, provider, keys }) => `
[channels.${name}]
type = "${type}"
rate = "off"
retry = "20ms,20ms"
${Object.entries(keys(provider)).map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join('\n')}
[[routes]]
event = "${name}.*"
channels = ["${name}"]
`;

before(async () => {
  await each(async (_, x) => { x.provider = await x.Provider.start(); });
  const many = toml('slack_many', channels.slack_bot).replace('rate = "off"', '');
  engine = await Engine.start({ config: names.map((name) => toml(name, channels[name])).join('') + many });
});
after(async () => {
  await engine?.discard();
  await each((_, x) => x.provider?.close());
});

let people = 0;

/** Sends words through a channel, to a new address where it has addresses; the delivery. */
async function send(name, message = special, data = {}) {
  const { address, data: more } = channels[name];
  const answer = await engine.post('/api/v1/events', {
    type: `${name}.told`,
    ...(address ? { recipient: address(++people) } : {}),
    data: { title: '库存预警', message, ...data, ...more?.(message) },
  });
  assert.equal(answer.status, 202);
  return answer.body.deliveries.find((x) => x.channel === name);
}

/** Asks until the delivery is final: its end has no event of its own outside. */
async function final({ id }) {
  for (;;) {
    const { body } = await engine.get(`/api/v1/admin/deliveries/${id}`);
    if (!['pending', 'delivering', 'retrying'].includes(body.status)) return body;
  }
}

test('the stand-ins compute the signatures of the vectors', () => {
  const vectors = JSON.parse(readFileSync(new URL('../adapters/channels/vectors.json', import.meta.url)));
  const acs3 = vectors.filter((x) => x.channel === 'aliyun_sms' && x.case.startsWith('acs3_'));
  for (const { input, expected } of acs3) {
    const call = { method: input.method, path: input.path, query: new URLSearchParams(input.query).toString(), headers: input.headers, text: input.body };
    assert.equal(acs3Signature(input.sk, call, Object.keys(input.headers).sort()), expected.signature);
  }
  const { input, expected } = vectors.find((x) => x.case === 'tc3_sendsms');
  const headers = { 'content-type': 'application/json; charset=utf-8', host: input.host };
  assert.equal(tc3Signature(input.sk, { path: '/', headers, text: input.payload }, ['content-type', 'host'], String(input.ts), '2024-05-20'), expected.signature);
  assert.ok(acs3.length >= 4);
});

test('the stand-ins refuse what is not signed and what is not allowed', async () => {
  const ask = async (name, path, init) => {
    const answer = await fetch(channels[name].provider.url + path, { method: 'POST', ...init });
    return `${answer.status} ${await answer.text()}`;
  };
  const signed = { authorization: `ACS3-HMAC-SHA256 Credential=${channels.aliyun.provider.id},SignedHeaders=host,Signature=${'0'.repeat(64)}` };
  assert.match(await ask('aliyun', '/sms/?PhoneNumbers=1'), /^400 .*IncompleteSignature/);
  assert.match(await ask('aliyun', '/sms/', { headers: signed }), /^400 .*(IncompleteSignature|SignatureDoesNotMatch)/);
  assert.match(await ask('tencent', '/', { body: '{}' }), /^200 .*AuthFailure/);
  assert.match(await ask('twilio', '/', { body: 'To=1' }), /^401 .*20003/);
  assert.match(await ask('slack_hook', channels.slack_hook.provider.path, { headers: { 'content-type': 'application/json' }, body: '{"text":"<b>"}' }), /^400 invalid_payload/);
  assert.match(await ask('slack_bot', '/api/chat.postMessage', { body: '{}' }), /not_authed/);
  assert.match(await ask('discord', channels.discord.provider.path, { headers: { 'content-type': 'application/json' }, body: '{"content":"@everyone"}' }), /^400 .*50035/);
  assert.match(await ask('teams', channels.teams.provider.path, { body: '{}' }), /^401/);
  assert.match(await ask('ntfy', '/', { body: '{"topic":"ops"}' }), /^403 .*40301/);
  assert.match(await ask('gotify', '/message', { body: '{"message":"x"}' }), /^401/);
});

test('every provider takes what it is sent, with the words intact', () => each(async (name, { provider, Provider, id }) => {
  const delivery = await send(name);
  const story = await final(delivery);
  assert.deepEqual([name, story.status, story.attempts, story.last_error ?? ''], [name, 'delivered', 1, '']);
  if (id) assert.equal(story.provider_message_id, id, name);
  const [call] = await provider.count(1, (x) => !x.refused && !provider.asks?.(x));
  assert.ok(Provider.words(call).includes(special), `${name}: ${Provider.words(call)}`);
}));

test('a text over the limit arrives cut, with a mark', () => each(async (name, { provider, Provider, cut }) => {
  if (!cut) return;
  const before = provider.requests.length;
  assert.equal((await final(await send(name, '鸡'.repeat(12_000)))).status, 'delivered', name);
  const words = Provider.words(provider.requests[before]);
  assert.ok(words.endsWith('鸡…'), name);
  assert.ok(words.length > cut / 4, name);
}));

test('a failure that passes is tried again', () => each(async (name, { provider, says }) => {
  provider.script.push(says.transient);
  const story = await final(await send(name));
  assert.deepEqual([name, story.status, story.attempts], [name, 'delivered', 2]);
  assert.deepEqual(story.attempt_log.map((x) => x.error_class ?? 'none').slice(0, 1), ['transient'], name);
}));

test('being limited uses up no attempt and is waited for', () => each(async (name, { provider, says }) => {
  provider.script.push(says.rate_limited);
  const story = await final(await send(name));
  assert.deepEqual([name, story.status, story.attempts, story.attempt_log.length], [name, 'delivered', 1, 2]);
  const [first, second] = story.attempt_log;
  assert.equal(first.error_class, 'rate_limited', name);
  assert.ok(Date.parse(second.started_at) - Date.parse(first.started_at) >= 1000, name);
}));

for (const kind of ['invalid_recipient', 'invalid_request'])
  test(`${kind} ends the delivery at once and not the channel`, () => each(async (name, { provider, says }) => {
    if (!says[kind]) return;
    provider.script.push(says[kind]);
    const story = await final(await send(name));
    assert.deepEqual([name, story.status, story.error_class, story.attempts], [name, 'dead', kind, 1]);
    assert.equal((await final(await send(name))).status, 'delivered', name);
  }));

test('people are mentioned in Slack, by the data alone', async () => {
  const { provider } = channels.slack_hook;
  const before = provider.requests.length;
  await final(await send('slack_hook', 'hi <!channel>', { at_user_ids: ['U1'], at_all: true }));
  assert.equal(JSON.parse(provider.requests[before].text).text, '*库存预警*\nhi &lt;!channel&gt;\n<@U1> <!channel>');
});

test('a Slack bot keeps the pace of each conversation and none for all of them', async () => {
  const { provider } = channels.slack_bot;
  assert.equal((await engine.get('/api/v1/admin/channels/slack_many')).body.rate, 'off');
  const before = provider.requests.length;
  const recipients = ['C801', 'C801', 'C801', ...Array.from({ length: 8 }, (_, n) => `C90${n}`)];
  for (const recipient of recipients)
    await engine.post('/api/v1/events', { type: 'slack_many.told', recipient, data: { title: 't', message: 'm' } });
  const sent = (await provider.count(before + recipients.length)).slice(before).map(({ text }) => JSON.parse(text).channel);
  // The third to one conversation waits for its second; the other conversations do not.
  assert.deepEqual([sent.at(-1), new Set(sent).size], ['C801', 9]);
});

test('an SMS without an approved template is refused before it is sent', async () => {
  const before = channels.aliyun.provider.requests.length;
  const { body } = await engine.post('/api/v1/events', { type: 'aliyun.told', recipient: chinese(9999), data: { message: 'x' } });
  const story = await final(body.deliveries[0]);
  assert.deepEqual([story.status, story.error_class], ['dead', 'invalid_request']);
  assert.match(story.last_error, /template/);
  assert.equal(channels.aliyun.provider.requests.length, before);
});

test('a one-time password goes once a minute to a number', async () => {
  const data = { template_code: 'SMS_1', template_params: { code: '123456' } };
  const tell = async () => {
    const { body } = await engine.post('/api/v1/events', { type: 'aliyun.told', recipient: chinese(7777), data });
    return body.deliveries[0];
  };
  assert.equal((await final(await tell())).status, 'delivered');
  const before = channels.aliyun.provider.requests.length;
  const second = await tell();
  const other = await send('aliyun');
  assert.equal((await final(other)).status, 'delivered');
  assert.equal(channels.aliyun.provider.requests.length, before + 1);
  const { body: waiting } = await engine.get(`/api/v1/admin/deliveries/${second.id}`);
  assert.ok(['pending', 'delivering', 'retrying'].includes(waiting.status), waiting.status);
});

test('refused credentials hold back what is behind until they are found good', () => each(async (name, { provider, says, untestable }) => {
  provider.script.push(says.invalid_credentials);
  const story = await final(await send(name));
  assert.deepEqual([name, story.status, story.error_class], [name, 'dead', 'invalid_credentials']);
  await engine.logged(new RegExp(`channel ${name}: its credentials were refused`));
  assert.equal((await engine.get(`/api/v1/admin/channels/${name}`)).body.state, 'broken', name);
  const before = provider.requests.length;
  const next = await send(name);
  const { body } = await engine.get(`/api/v1/admin/deliveries/${next.id}`);
  assert.deepEqual([name, body.status, body.attempts, provider.requests.length], [name, 'pending', 0, before]);
  if (untestable) return;
  const tested = await engine.post(`/api/v1/admin/channels/${name}/test`, undefined, admin);
  assert.deepEqual([name, tested.status, tested.body.ok], [name, 200, true]);
  assert.equal((await final(next)).status, 'delivered', name);
}));
