// Rates as the provider sees them, over windows and over lives of the engine.

import assert from 'node:assert/strict';
import net from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { test } from 'node:test';
import tls from 'node:tls';
import { Engine, admin } from './harness/engine.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';
import { AliyunSms } from '../servers/providers/aliyun_sms.mjs';
import { loopbackCertificate } from '../servers/providers/certificate.mjs';
import { members } from '../servers/providers/provider.mjs';

/** The most arrivals in any window of that length. */
function most(times, window) {
  let first = 0;
  return times.reduce((all, at, last) => {
    while (at - times[first] >= window) ++first;
    return Math.max(all, last - first + 1);
  }, 0);
}

const rates = { steady: [5, 1000], slow: [10, 2000], burst: [8, 2000], idle: [6, 2000] };
const longest = 2000;

test('no window holds more than the rate, over ten windows, a kill and a restart', async (t) => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const provider = await WebhookReceiver.start();
  t.after(() => provider.close());
  const hook = (name, more = '') => `[channels.${name}]
type = "webhook"
url = "${provider.url}/${name}"
rate = "${rates[name][0]}/${rates[name][1] / 1000}s"
concurrency = 16
${more}`;
  const engine = await Engine.start({ config: hook('steady') + hook('slow') + hook('burst', 'burst = 8\n') + hook('idle', 'burst = 6\n') });
  t.after(() => engine.discard());
  const send = (...channels) => engine.post('/api/v1/notifications', { title: 't', message: 'm', user_id: 'u', channels }, admin);
  const of = (name) => (x) => x.path === `/${name}`;
  // This process has nothing else to do when the first arrive.
  const all = (verb) => Promise.all(['steady', 'slow', 'burst'].map((name) => engine.post(`/api/v1/admin/channels/${name}/${verb}`, undefined, admin)));
  await all('pause');
  for (let i = 0; i < 110; ++i) await send('steady', 'slow', 'burst');
  delay.enable();
  await all('resume');

  // A bucket that is full, emptied at once, and a kill before its outcomes are stored.
  await provider.count(18, of('slow'));
  for (let i = 0; i < 6; ++i) await send('idle');
  await provider.count(6, of('idle'));
  await engine.kill();
  await engine.launch();
  for (let i = 0; i < 6; ++i) await send('idle');

  await provider.count(50, of('slow'));
  await engine.stop();
  await engine.launch();
  const [{ at: begun }] = provider.requests;
  await provider.count(1, (x) => x.at - begun >= 10 * longest);

  // What arrives while this process is held up seems to come together.
  // It takes three turns of its loop to see one: the connection, its bytes and their end.
  const compressed = Math.max(0, (3 * delay.max) / 1e6 - 100);
  for (const [name, [count, window]] of Object.entries(rates)) {
    const times = provider.requests.filter(of(name)).map((x) => x.at);
    assert.ok(most(times, window - compressed) <= count, `${name}: ${most(times, window)} of ${count} in ${window} ms: ${times.map((x) => x - begun)}`);
    if (name !== 'idle') assert.ok(times.length >= 0.6 * count * 10 * longest / window, `${name}: only ${times.length} came`);
  }
  assert.ok(provider.requests.filter(of('idle')).length >= 12);
});

/** A server that hands its connections on to that port; what it is, `create` says. */
async function door(t, port, create) {
  const server = create((from) => {
    const to = net.connect(port, '127.0.0.1');
    for (const x of [from, to]) x.on('error', () => {}).on('close', () => { from.destroy(); to.destroy(); });
    to.pipe(from);
    return () => from.pipe(to);
  });
  t.after(() => server.close());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

test('no window holds more than the rate where connections are long in coming', async (t) => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const provider = await WebhookReceiver.start();
  t.after(() => provider.close());
  const certificate = loopbackCertificate();
  t.after(() => certificate.remove());
  const wayIn = 350;
  const late = (port) => door(t, port, (join) => net.createServer((from) => { setTimeout(join(from), wayIn); }));
  const plain = await late(new URL(provider.url).port);
  const secure = await late(await door(t, new URL(provider.url).port, (join) => tls.createServer(certificate, (from) => join(from)())));

  const limits = { burst: [10, 2000], single: [1, 1000], steady: [10, 2000], tls_burst: [10, 2000], tls_single: [1, 1000] };
  const hook = ([name, [count, window]]) => `[channels.${name}]
type = "webhook"
url = "${name.startsWith('tls') ? `https://127.0.0.1:${secure}` : `http://127.0.0.1:${plain}`}/${name}"
rate = "${count}/${window / 1000}s"
concurrency = 16
${name.endsWith('burst') ? 'burst = 10' : ''}
`;
  const engine = await Engine.start({ config: `[outbound]\nca_file = "${certificate.file}"\n${Object.entries(limits).map(hook).join('')}` });
  t.after(() => engine.discard());
  delay.enable();
  const names = Object.keys(limits);
  const of = (name) => (x) => x.path === `/${name}`;
  const wanted = (name) => (name.endsWith('single') ? 5 : 30);
  for (const name of names)
    await engine.post('/api/v1/notifications/batch', {
      notifications: Array.from({ length: wanted(name) }, () => ({ title: 't', message: 'm', user_id: 'u', channels: [name] })),
    }, admin);
  await Promise.all(names.map((name) => provider.count(wanted(name), of(name))));

  const compressed = Math.max(0, (3 * delay.max) / 1e6 - 100);
  const [{ at: begun }] = provider.requests;
  for (const [name, [count, window]] of Object.entries(limits)) {
    const times = provider.requests.filter(of(name)).map((x) => x.at);
    assert.ok(most(times, window - compressed) <= count, `${name}: ${most(times, window)} of ${count} in ${window} ms: ${times.map((x) => x - begun)}`);
    // The first come late; the next need no longer than they would elsewhere.
    assert.ok(times.at(-1) - times[0] < 1.8 * window * (times.length / count), `${name}: the last came ${times.at(-1) - times[0]} ms after the first`);
  }
});

test('what a phone number had before a kill and a restart counts against its day', async (t) => {
  const provider = await AliyunSms.start();
  t.after(() => provider.close());
  const engine = await Engine.start({ config: `[channels.sms]
type = "aliyun_sms"
access_key_id = "${provider.id}"
access_key_secret = "${provider.secret}"
sign_name = "${provider.sign}"
base_url = "${provider.url}"
concurrency = 2
[[routes]]
event = "a.*"
channels = ["sms"]
` });
  t.after(() => engine.discard());
  const to = (recipient) => engine.post('/api/v1/events', {
    type: 'a.b', recipient, data: { template_code: 'SMS_1', template_params: { message: '库存不足 100%' } },
  });
  const about = (phone) => ({ query }) => members(query).PhoneNumbers.endsWith(phone);
  const [one, second, third] = ['13800138000', '13800138001', '13800138002'];
  const came = () => provider.requests.filter(about(one)).length;

  for (let i = 0; i < 60; ++i) await to(one);
  await provider.count(20, about(one));
  await engine.kill();
  await engine.launch();
  // Behind those of the first, it is sent when all that may go of them have been.
  await to(second);
  await provider.count(1, about(second));
  assert.ok(came() <= 50 && came() >= 45, `${came()} of 50`);
  await engine.stop();
  await engine.launch();
  await to(third);
  await provider.count(1, about(third));
  assert.ok(came() <= 50, `${came()} of 50`);
  assert.ok(provider.requests.every((x) => !x.refused));
});
