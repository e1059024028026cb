// The stand-ins hold themselves to the providers' facts before anything is held to them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DingtalkRobot, dingtalkSignature, webhookSignature } from './harness/receiver.mjs';

const vectors = JSON.parse(readFileSync(new URL('../adapters/channels/vectors.json', import.meta.url)));
const of = (channel, prefix) => vectors.filter((x) => x.channel === channel && x.case.startsWith(prefix));

test('the robot computes the signatures of the vectors', () => {
  const all = of('dingtalk', 'sign');
  assert.ok(all.length >= 4);
  for (const { input, expected } of all)
    assert.equal(dingtalkSignature(input.secret, input.timestamp_ms), expected.base64);
});

test('the webhook receiver computes the signatures of the vectors', () => {
  for (const { input, expected } of of('webhook', 'standard_webhooks_sign'))
    assert.equal(
      input.secrets.map((x) => webhookSignature(x, input.id, input.timestamp_s, input.body)).join(' '),
      expected.signature_header,
    );
});

test('the robot refuses what DingTalk refuses', async () => {
  const secret = 'SECabc';
  const robot = await DingtalkRobot.start({ secret, limit: 1 });
  const send = async ({ token = 'robot-token', at = Date.now(), sign, body = '{"msgtype":"text","text":{"content":"好"}}', type = 'application/json' } = {}) => {
    const query = new URLSearchParams({ access_token: token, timestamp: at, sign: sign ?? dingtalkSignature(secret, String(at)) });
    const answer = await fetch(`${robot.url}/robot/send?${query}`, { method: 'POST', body, headers: { 'content-type': type } });
    return (await answer.json()).errcode;
  };
  try {
    assert.equal(await send({ token: 'other' }), 300005);
    assert.equal(await send({ sign: 'wrong' }), 310000);
    assert.equal(await send({ at: Date.now() - 3_700_000 }), 310000);
    assert.equal(await send({ type: 'text/plain' }), 43004);
    assert.equal(await send({ body: '{' }), 40035);
    assert.equal(await send({ body: '{"msgtype":"poem"}' }), 400105);
    assert.equal(await send({ body: JSON.stringify({ msgtype: 'text', text: { content: 'x'.repeat(20_000) } }) }), 460101);
    assert.equal(await send(), 0);
    assert.equal(await send(), 130101);
  } finally {
    await robot.close();
  }
});
