// What the log says of hostile providers and callers: one line for each thing, whatever they say.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, publisher } from './harness/engine.mjs';
import { Raw } from './harness/raw.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

const forged = '2026-01-01T00:00:00.000+00:00 info    all is well';
const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

/** What providers answer, by the path of their channel. */
const answers = {
  '/lines': { status: 400, body: `no\n${forged}\r\n\u001b[2K{"level":"info"} user=root trace_id=fake` },
  '/bytes': { status: 400, body: Buffer.from([0x22, 0xff, 0xfe, 0x00, 0xe5, 0x96]) },
  '/marks': { status: 400, body: 'a"b\\c\u0000d\u2028e\u009bf\u007f' },
  '/chat.postMessage': { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ok: false, error: `invalid"\u0000\n${forged}` }) },
  '/wait': { status: 503, headers: { 'retry-after': '\u00ff"' }, body: `later\n${forged}` },
};

let provider, json, text;

const hooks = ['lines', 'bytes', 'marks', 'wait'];
const config = () => `[channels.log]\ntype = "log"\n[channels.slack]\ntype = "slack"\nbot_token = "xoxb-1"\nbase_url = "${provider.url}"\n`
  + hooks.map((name) => `[channels.${name}]\ntype = "webhook"\nurl = "${provider.url}/${name}"\nretry = "0s"\n`).join('');

before(async () => {
  provider = await WebhookReceiver.start({ answer: ({ path }) => answers[path] });
  const start = (format) => Engine.start({ config: config(), args: ['--set', `log.format=${format}`, '--set', 'log.level=debug'] });
  [json, text] = await Promise.all([start('json'), start('text')]);
  await Promise.all([json, text].map(provoke));
});
after(async () => {
  await Promise.all([json.discard(), text.discard()]);
  await provider.close();
});

/** Has the engine speak of everything there is, and ends it. */
async function provoke(engine) {
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  const message = `first\n${forged}\r\u001b[2K"\\ \u2028 \u009b \u007f`;
  const words = { title: 'a\nb', extra_data: { zero: '\u0000' } };
  for (const channel of [...hooks, 'log'])
    assert.equal((await engine.post('/api/v1/notifications', { ...words, message, user_id: 'u', channels: [channel] }, publisher, headers)).status, 201);
  const chat = await engine.post('/api/v1/notifications/multi-channel', { ...words, content: message, channels: ['slack'], recipient: { slack: 'C012' } }, publisher, headers);
  assert.equal(chat.body.deliveries[0].status, 'dead', chat.text);
  const ask = await Raw.connect(engine.port);
  ask.send(Buffer.from(`GET /livez\xff\xc2\x9b"\\ HTTP/1.1\r\nHost: x\r\n\r\n`, 'latin1'));
  assert.equal((await ask.answer()).status, 404);
  ask.destroy();
  for (const name of [...hooks, 'slack']) await engine.logged(new RegExp(`(channel=|"channel":")${name}\\b`));
  await engine.logged(/first/);
  await engine.stop();
}

const lines = (engine) => engine.log.split('\n').slice(0, -1);

test('every line of JSON is an object with its time, level and message', () => {
  const all = lines(json).map((x) => JSON.parse(x));
  for (const x of all) {
    assert.match(x.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.ok(['debug', 'info', 'warning', 'error'].includes(x.level), x.level);
    assert.equal(typeof x.message, 'string');
    assert.ok(!('trace_id' in x) || x.trace_id === trace, JSON.stringify(x));
  }
  const outcomes = all.filter((x) => x.delivery_id);
  assert.deepEqual(new Set(outcomes.map((x) => x.channel)), new Set([...hooks, 'slack', 'log']));
  assert.deepEqual(new Set(outcomes.map((x) => x.trace_id)), new Set([trace]));
  assert.deepEqual(new Set(all.flatMap((x) => Object.keys(x))), new Set(['time', 'level', 'message', 'channel', 'delivery_id', 'trace_id', 'delivery']));
  const told = outcomes.find((x) => x.channel === 'lines').message;
  assert.ok(told.includes(`no\n${forged}\r\n\u001b[2K`), told);
  const { delivery } = all.find((x) => x.delivery);
  assert.deepEqual([delivery.title, delivery.message.startsWith(`first\n${forged}`)], ['a\nb', true]);
});

test('no text of others begins a line for people', () => {
  for (const line of lines(text)) {
    assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d (debug|info|warning|error) +\S/);
    assert.ok(!line.startsWith(forged), line);
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  }
  const told = lines(text).find((x) => /channel=lines/.test(x));
  assert.ok(told.includes(`no\\n${forged}\\r\\n\\u001b[2K`), told);
  const delivered = lines(text).find((x) => x.includes('"title"'));
  assert.equal(JSON.parse(delivered.slice(delivered.indexOf('{'))).title, 'a\nb');
});
