// What could not be delivered: found, told, sent again one by one or by filter, cancelled.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, run, secret, user } from './harness/engine.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

let engine, hook;
let down = true;

before(async () => {
  hook = await WebhookReceiver.start({ answer: () => (down ? 410 : 204) });
  engine = await Engine.start({
    auth: `jwt_secret = "${secret}"
[[auth.service_tokens]]
name = "cron"
token = "the-auth-secret"
[[auth.service_tokens]]
name = "bare"
token = "a-secret-without-scopes"
scopes = []
`,
    config: `
[channels.hook]
type = "webhook"
url = "${hook.url}/in"
[channels.later]
type = "webhook"
url = "${hook.url}/later"
[channels.tight]
type = "webhook"
url = "${hook.url}/tight"
rate = "1/h"
[[routes]]
event = "letter.**"
channels = ["hook"]
[[routes]]
event = "delayed"
channels = ["later"]
delay = "1h"
[[routes]]
event = "tight"
channels = ["tight"]
`,
  });
});
after(async () => {
  await engine.discard();
  await hook.close();
});

const list = '/api/v1/admin/deliveries';
const story = async (id) => (await engine.get(`${list}/${id}`)).body;
const act = (id, what, token = admin) => engine.post(`${list}/${id}/${what}`, undefined, token);

async function post(type, recipient) {
  const { body } = await engine.post('/api/v1/events', { type, recipient, data: { message: 'm' } });
  return body.deliveries[0].id;
}

/** Asks until the delivery stands so: its end has no event of its own outside. */
async function until(id, status) {
  for (;;) {
    const found = await story(id);
    if (found.status === status) return found;
  }
}

async function completed(batch) {
  for (;;) {
    const { body } = await engine.get(`/api/v1/notifications/bulk/${batch}`, publisher);
    if (body.status !== 'processing') return body;
  }
}

test('a dead letter is sent again by hand, and its story goes on', async () => {
  down = true;
  const id = await post('letter.one', 'a');
  await until(id, 'dead');
  const before = await engine.metric('carillon_dead_letters{channel="hook"}');
  assert.ok(before >= 1);
  down = false;
  const answer = await act(id, 'retry');
  assert.deepEqual([answer.status, answer.body.id, answer.body.attempts], [200, id, 0]);
  const told = await until(id, 'delivered');
  assert.deepEqual(told.attempt_log.map((x) => [x.number, x.outcome]), [[1, 'dead'], [2, 'delivered']]);
  const refused = await act(id, 'retry');
  assert.deepEqual([refused.status, (await act(id, 'cancel')).status], [409, 409]);
  assert.match(refused.body.detail, /delivered/);
  assert.equal((await act(id, 'retry', publisher)).status, 403);
  assert.equal((await act('dlv-00000000-0000-7000-8000-000000000000', 'retry')).status, 404);
});

test('what waits is cancelled, and not sent', async () => {
  const id = await post('delayed', 'b');
  assert.equal((await act(id, 'cancel')).body.status, 'cancelled');
  assert.equal((await act(id, 'cancel')).status, 409);
  const again = await act(id, 'retry');
  assert.equal(again.status, 200);
  assert.equal((await until(id, 'delivered')).attempts, 1);
});

test('what a sender holds back is cancelled as well', async () => {
  down = false;
  const first = await post('tight', 'c');
  await until(first, 'delivered');
  const second = await post('tight', 'c');
  assert.equal((await act(second, 'cancel')).body.status, 'cancelled');
  assert.equal((await story(second)).status, 'cancelled');
});

test('dead letters are replayed by filter, with progress', async () => {
  down = true;
  const ids = await Promise.all(['x', 'x', 'y'].map((who, i) => post(`letter.replay${i}`, who)));
  for (const id of ids) await until(id, 'dead');
  down = false;
  const replay = (body, headers) => engine.post('/api/v1/admin/dead-letters/replay', body, admin, headers);
  const some = await replay({ recipient: 'x', channel: 'hook' }, { 'idempotency-key': 'r1' });
  assert.deepEqual([some.status, some.body.count], [202, 2]);
  assert.match(some.body.batchId, /^batch-/);
  const repeated = await replay({ recipient: 'x', channel: 'hook' }, { 'idempotency-key': 'r1' });
  assert.deepEqual([repeated.body, repeated.headers['idempotency-replayed']], [some.body, 'true']);
  const { createdAt, completedAt, ...done } = await completed(some.body.batchId);
  assert.deepEqual(done, { batchId: some.body.batchId, totalUsers: 2, processedUsers: 2, successCount: 2, failureCount: 0, status: 'completed', progress: 100, estimatedTimeRemaining: null });
  assert.ok(completedAt >= createdAt);
  assert.deepEqual([(await story(ids[0])).status, (await story(ids[2])).status], ['delivered', 'dead']);
  const rest = await replay({ ids: [ids[2]] });
  assert.equal((await completed(rest.body.batchId)).successCount, 1);
  assert.equal((await replay({ recipient: 'nobody' })).body.count, 0);
  const wrong = await replay({ chanel: 'hook', error_class: 'e', ids: ['x'] });
  assert.deepEqual([wrong.status, wrong.body.errors.map((x) => x.path).sort()], [422, ['/chanel', '/error_class', '/ids/0']]);
});

test('a replay that fails again ends, and is counted as failed', async () => {
  down = true;
  const id = await post('letter.hopeless', 'h');
  await until(id, 'dead');
  const { body } = await engine.post('/api/v1/admin/dead-letters/replay', { event_type: 'letter.hopeless' }, admin);
  const done = await completed(body.batchId);
  assert.deepEqual([done.totalUsers, done.successCount, done.failureCount, done.status], [1, 0, 1, 'completed']);
  assert.equal((await story(id)).attempt_log.length, 2);
  const missing = '/api/v1/notifications/bulk/batch-00000000-0000-7000-8000-000000000000';
  assert.equal((await engine.get(missing, publisher)).status, 404);
  assert.equal((await engine.delete(missing, publisher)).status, 404);
  assert.equal((await engine.delete(`/api/v1/notifications/bulk/${body.batchId}`, publisher)).body.status, 'completed');
});

test('the dispatch of the seeds takes the service token', async () => {
  const dispatch = (token, query = '?limit=20') => engine.post(`/api/admin-notifications/dispatch${query}`, undefined, token);
  const answer = await dispatch('the-auth-secret');
  assert.deepEqual([answer.status, Number.isInteger(answer.body.dispatched)], [200, true]);
  assert.equal((await dispatch(admin, '')).status, 200);
  const bare = await dispatch('a-secret-without-scopes');
  assert.deepEqual([bare.status, bare.body], [200, { dispatched: 0 }]);
  assert.equal((await engine.post('/api/v1/events', { type: 't', data: {} }, 'a-secret-without-scopes')).status, 403);
  for (const token of [publisher, user('somebody'), user('service:cron')])
    assert.equal((await dispatch(token)).status, 403);
  assert.equal((await dispatch('wrong')).status, 401);
  assert.equal((await dispatch(admin, '?limit=0')).status, 400);
});

test('the command line does the same', async () => {
  down = true;
  const id = await post('letter.cli', 'cli');
  await until(id, 'dead');
  down = false;
  const say = (...args) => run([...args, '--config', engine.file]);
  const listed = say('dead-letters', 'list', '--recipient', 'cli');
  assert.ok(listed.stdout.includes(id), listed.stderr);
  const replayed = say('dead-letters', 'replay', '--recipient', 'cli');
  assert.deepEqual([replayed.status, replayed.stderr], [0, '']);
  assert.match(replayed.stdout, /batch-.* 1/);
  await until(id, 'delivered');
  const waiting = await post('delayed', 'cli');
  assert.match(say('deliveries', 'cancel', waiting).stdout, /cancelled/);
  assert.equal(say('deliveries', 'cancel', waiting).status, 1);
  assert.match(say('deliveries', 'retry', waiting).stdout, /pending|deliver/);
});

test('operators\' deeds stand in the audit log', async () => {
  const { body } = await engine.get('/api/v1/admin/audit');
  for (const action of ['delivery.retry', 'delivery.cancel', 'dead_letters.replay'])
    assert.ok(body.items.some((x) => x.action === action && x.subject));
});
