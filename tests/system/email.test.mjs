// Real SMTP conversations: with STARTTLS, TLS and a login, and with servers that refuse or break off.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MailServer, ScriptedMailServer } from '../servers/providers/smtp.mjs';
import { Engine, run } from './harness/engine.mjs';
import { decodeWords, readMail } from './harness/mail.mjs';

const refusals = new Map();
let engine, mail, tls, clear, open, closed = [];

const account = (server) => `host = "localhost"
port = ${server.port}
from = "通知中心 😀 <noreply@example.com>"
username = "${server.username}"
password = "${server.password}"
ca_file = "${server.certificate?.file}"
retry = "100ms,100ms"
rate = "off"`;

const plain = (name, server) => `[channels.${name}]
type = "email"
host = "127.0.0.1"
port = ${server.port}
security = "none"
from = "noreply@example.com"
retry = "50ms"
rate = "off"
`;

async function scripted(answers) {
  const server = await ScriptedMailServer.start(answers);
  closed.push(server);
  return server;
}

before(async () => {
  mail = await MailServer.start({ refuse: (step, address) => refusals.get(address)?.(step) });
  tls = await MailServer.start({ secure: true });
  clear = await MailServer.start({ starttls: false, auth: false });
  open = await MailServer.start({ auth: null });
  closed = [mail, tls, clear, open];
  const closing = await scripted({ RCPT: '421 4.3.2 Service shutting down' });
  const blocking = await scripted({ greeting: '554 5.7.1 your address is blocked' });
  const losing = await scripted({ '.': null });
  const breaking = await scripted({ DATA: null });
  engine = await Engine.start({
    config: `
[channels.mail]
type = "email"
${account(mail)}
[channels.tls]
type = "email"
security = "tls"
${account(tls)}
[channels.wrong]
type = "email"
${account({ ...mail, port: mail.port, password: 'wrong', username: mail.username })}
[channels.downgraded]
type = "email"
host = "127.0.0.1"
port = ${clear.port}
from = "noreply@example.com"
[channels.open]
type = "email"
${account(open)}
[channels.anonymous]
type = "email"
${account(open).replace(/^(username|password).*$/gm, '')}
[channels.unverified]
type = "email"
${account(mail).replace(/^ca_file.*$/m, '')}
[channels.stranger]
type = "email"
host = "127.0.0.1"
port = ${mail.port}
from = "noreply@example.com"
retry = "10ms"
${plain('clear', clear)}${plain('closing', closing)}${plain('blocking', blocking)}${plain('losing', losing)}${plain('breaking', breaking)}`,
  });
});
after(async () => {
  await engine.discard();
  await Promise.all(closed.map((x) => x.close()));
});

/** Sends one message on one channel and answers how its first attempt ended. */
async function send(channel, to, { title = 'title', content = 'text', extra_data } = {}) {
  const answer = await engine.post('/api/v1/notifications/multi-channel?wait=10s', { channels: [channel], recipient: to, title, content, ...(extra_data && { extra_data }) });
  assert.equal(answer.status, 200);
  return answer.body.deliveries[0];
}

const delivery = async (id) => (await engine.get(`/api/v1/admin/deliveries/${id}`)).body;

/** Asks until the delivery is final: its end has no event of its own outside. */
async function final(id) {
  for (;;) {
    const found = await delivery(id);
    if (!['pending', 'delivering', 'retrying'].includes(found.status)) return found;
  }
}

test('a mail goes through STARTTLS and a login and arrives as it was meant', async () => {
  const title = '告警：CPU 使用率超过 90% ✅ — 请尽快处理这个问题,谢谢配合';
  const content = `第一行 😀\n.leading dot\n${'x'.repeat(1200)}\n结束`;
  const sent = await send('mail', 'ann@example.org', { title, content });
  const [got] = await mail.taken(1, (x) => x.to.includes('ann@example.org'));
  assert.deepEqual([got.from, got.secure, got.user], ['noreply@example.com', true, 'mailer']);
  assert.ok(mail.logins.every((x) => x.secure));
  assert.ok(got.text.split('\r\n').every((x) => x.length <= 78 && /^[\x20-\x7e]*$/.test(x)));
  const { headers, parts } = readMail(got.text);
  assert.equal(decodeWords(headers.subject), title);
  assert.equal(decodeWords(headers.from), '通知中心 😀 <noreply@example.com>');
  assert.equal(headers.to, 'ann@example.org');
  assert.equal(headers['message-id'], `<${sent.id}@example.com>`);
  assert.ok(Math.abs(Date.parse(headers.date) - Date.now()) < 60_000);
  assert.match(headers['content-type'], /^multipart\/alternative;/);
  assert.deepEqual(parts.map((x) => x.headers['content-type']), ['text/plain; charset=utf-8', 'text/html; charset=utf-8']);
  assert.equal(parts[0].text, `${content.replaceAll('\n', '\r\n')}\r\n`);
  assert.ok(parts[1].text.includes(`<p>${content.replaceAll('\n', '<br>\r\n')}</p>`));
  const story = await final(sent.id);
  assert.deepEqual([story.status, story.attempts], ['delivered', 1]);
  assert.match(story.provider_message_id, /^Q\d+$/);
});

test('a mail goes through TLS from the first byte', async () => {
  await send('tls', 'Ann Lee <ann@example.org>');
  const [got] = await tls.taken(1);
  assert.equal(got.secure, true);
  assert.deepEqual(got.to, ['ann@example.org']);
  assert.equal(readMail(got.text).headers.to, 'Ann Lee <ann@example.org>');
});

test('one connection carries many mails', async () => {
  const before = mail.connections;
  for (let i = 0; i < 5; ++i) await send('mail', `many-${i}@example.org`);
  await mail.taken(5, (x) => x.to[0].startsWith('many-'));
  assert.ok(mail.connections - before <= 1);
});

test('a way to unsubscribe is offered where the data names one', async () => {
  await send('mail', 'leave@example.org', { extra_data: { unsubscribe_url: 'https://example.com/u?t=abc' } });
  const [got] = await mail.taken(1, (x) => x.to.includes('leave@example.org'));
  const { headers } = readMail(got.text);
  assert.equal(headers['list-unsubscribe'], '<https://example.com/u?t=abc>');
  assert.equal(headers['list-unsubscribe-post'], 'List-Unsubscribe=One-Click');
});

test('what a 4xx refuses is sent again with the same Message-ID', async () => {
  let refused = 0;
  refusals.set('later@example.org', (step) => (step === 'data' && ++refused < 2 ? '451 4.3.0 try again' : undefined));
  const sent = await send('mail', 'later@example.org');
  const story = await final(sent.id);
  assert.deepEqual([story.status, story.attempts], ['delivered', 2]);
  const [first] = story.attempt_log;
  assert.deepEqual([first.error_class, first.provider_code], ['transient', '451 4.3.0']);
  const [got] = await mail.taken(1, (x) => x.to.includes('later@example.org'));
  assert.equal(readMail(got.text).headers['message-id'], `<${sent.id}@example.com>`);
});

test('a 5xx ends the delivery, by what it was said to', async () => {
  refusals.set('gone@example.org', (step) => (step === 'rcpt' ? '550 5.1.1 no such user' : undefined));
  refusals.set('spam@example.org', (step) => (step === 'data' ? '554 5.7.1 looks like spam' : undefined));
  const gone = await final((await send('mail', 'gone@example.org')).id);
  assert.deepEqual([gone.status, gone.error_class, gone.attempts], ['dead', 'invalid_recipient', 1]);
  assert.match(gone.last_error, /rcpt: 5\.1\.1 no such user/);
  const spam = await final((await send('mail', 'spam@example.org')).id);
  assert.deepEqual([spam.status, spam.error_class], ['dead', 'invalid_request']);
  await send('mail', 'after@example.org');
  await mail.taken(1, (x) => x.to.includes('after@example.org'));
});

test('a server that closes midway is asked again', async () => {
  const story = await final((await send('closing', 'ann@example.org')).id);
  assert.deepEqual([story.status, story.error_class, story.attempts], ['dead', 'transient', 2]);
  assert.deepEqual(story.attempt_log.map((x) => x.provider_code), ['421 4.3.2', '421 4.3.2']);
});

test('a connection that the server closed meanwhile costs no attempt', async () => {
  for (const [channel, server] of [['mail', mail], ['tls', tls], ['clear', clear]]) {
    await final((await send(channel, 'early@example.org')).id);
    server.expire();
    const story = await final((await send(channel, 'idle@example.org')).id);
    assert.deepEqual([story.status, story.attempt_log.map((x) => x.error_class)], ['delivered', [null]], channel);
    await server.taken(1, (x) => x.to.includes('idle@example.org'));
  }
});

test('the attempt after a 421 to the message goes over a connection of its own', async () => {
  let refused = 0;
  refusals.set('closed@example.org', (step) => (step === 'data' && ++refused < 2 ? '421 4.3.2 closing' : undefined));
  const story = await final((await send('mail', 'closed@example.org')).id);
  assert.equal(story.status, 'delivered');
  assert.deepEqual(story.attempt_log.map((x) => x.provider_code?.slice(0, 3)), ['421', '250']);
});

test('a channel that cannot verify a server rides on no connection of one that can', async () => {
  await final((await send('mail', 'verified@example.org')).id);
  const story = await final((await send('unverified', 'unverified@example.org')).id);
  assert.deepEqual([story.status, story.attempt_log[0].provider_code], ['dead', 'tls']);
  assert.ok(!mail.requests.some((x) => x.to?.includes('unverified@example.org')));
});

test('a connection that breaks is told apart by whether the message was out', async () => {
  const losing = await final((await send('losing', 'ann@example.org')).id);
  assert.deepEqual([losing.error_class, losing.attempt_log[0].provider_code], ['transient', 'no_answer']);
  assert.match(losing.last_error, /outcome is unknown/);
  const breaking = await final((await send('breaking', 'ann@example.org')).id);
  assert.deepEqual([breaking.error_class, breaking.attempt_log[0].provider_code], ['transient', 'connect']);
});

test('wrong credentials stop the channel', async () => {
  const story = await final((await send('wrong', 'ann@example.org')).id);
  assert.deepEqual([story.status, story.error_class, story.attempts], ['dead', 'invalid_credentials', 1]);
  const blocked = await final((await send('blocking', 'ann@example.org')).id);
  assert.deepEqual([blocked.status, blocked.error_class], ['dead', 'invalid_credentials']);
});

test('a server without STARTTLS, or one that cannot be trusted, is told nothing', async () => {
  await final((await send('clear', 'ann@example.org')).id);
  const downgraded = await final((await send('downgraded', 'secret@example.org')).id);
  assert.deepEqual([downgraded.status, downgraded.error_class], ['dead', 'invalid_credentials']);
  assert.match(downgraded.last_error, /offers no STARTTLS/);
  assert.ok(!clear.requests.some((x) => x.to?.includes('secret@example.org')));
  const stranger = await final((await send('stranger', 'stranger@example.org')).id);
  assert.deepEqual([stranger.error_class, stranger.attempt_log[0].provider_code], ['transient', 'tls']);
  assert.ok(!mail.requests.some((x) => x.to?.includes('stranger@example.org')));
});

test('a login that the server does not offer stops the channel before any mail', async () => {
  const anonymous = await final((await send('anonymous', 'ann@example.org')).id);
  assert.equal(anonymous.status, 'delivered');
  const story = await final((await send('open', 'ben@example.org')).id);
  assert.deepEqual([story.status, story.error_class, story.attempts], ['dead', 'invalid_credentials', 1]);
  assert.match(story.last_error, /offers no way to log in/);
  assert.ok(!open.requests.some((x) => x.to?.includes('ben@example.org')));
});

test('what is no address is an invalid recipient', async () => {
  const story = await final((await send('mail', 'ann@example..org')).id);
  assert.deepEqual([story.status, story.error_class, story.attempts], ['dead', 'invalid_recipient', 1]);
});

test('no text adds a header of its own', async () => {
  const sent = await send('mail', 'ann@example.org', { title: 'hi\r\nBcc: evil@example.net' });
  const story = await final(sent.id);
  assert.deepEqual([story.status, story.error_class], ['dead', 'invalid_request']);
  const answer = await engine.post('/api/v1/notifications/multi-channel', { channels: ['mail'], recipient: 'a@example.org>\r\nRCPT TO:<evil@example.net', title: 't', content: 'c' });
  assert.equal(answer.status, 422);
  assert.ok(!mail.requests.some((x) => JSON.stringify(x).includes('evil')));
});

test('a password that would go out in clear is a fault of the configuration', () => {
  const settings = ['--set', 'auth.jwt_secret=a secret that is longer than thirty-two bytes',
    ...['type=email', 'host=mail.example.com', 'security=none', 'username=u', 'password=p', 'from=a@example.com'].flatMap((x) => ['--set', `channels.mail.${x}`])];
  const { status, stderr } = run(['serve', ...settings]);
  assert.equal(status, 2);
  assert.match(stderr, /channels\.mail\.security/);
});
