// People and their addresses, as operators keep them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher } from './harness/engine.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

let engine, hook;
const path = (user) => `/api/v1/admin/recipients/${encodeURIComponent(user)}`;
const importing = '/api/v1/admin/recipients/import';
const ndjson = { 'content-type': 'application/x-ndjson' };
const paths = ({ body }) => body.errors.map((x) => x.path).sort();

before(async () => {
  hook = await WebhookReceiver.start();
  engine = await Engine.start({ config: '[outbound]\nallow_private = ["127.0.0.0/8"]\n[channels.mail]\ntype = "email"\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\nfrom = "a@example.org"\n', server: 'max_bulk_bytes = 2000000' });
});
after(async () => {
  await engine.discard();
  await hook.close();
});

test('a person is stored, shown, replaced and forgotten', async () => {
  assert.equal((await engine.get(path('ann'))).status, 404);
  const ann = { addresses: { hook: `${hook.url}/ann`, web_push: { endpoint: 'https://push.example/1', keys: { p256dh: 'x', auth: 'y' } } }, roles: ['cook'], stores: ['s1', 's2'], locale: 'de', time_zone: 'Europe/Berlin' };
  const put = await engine.put(path('ann'), ann, admin);
  assert.equal(put.status, 200);
  const shown = { ...ann, user_id: 'ann', addresses: { ...ann.addresses, web_push: JSON.stringify(ann.addresses.web_push) } };
  assert.deepEqual(JSON.parse(put.body.addresses.web_push), ann.addresses.web_push);
  assert.deepEqual({ ...put.body, addresses: Object.keys(put.body.addresses) }, { ...shown, addresses: ['hook', 'web_push'] });
  assert.deepEqual((await engine.get(path('ann'))).body, put.body);
  const less = await engine.put(path('ann'), { addresses: { hook: hook.url } }, admin);
  assert.deepEqual(less.body, { user_id: 'ann', addresses: { hook: hook.url }, roles: [], stores: [], locale: null, time_zone: null });
  assert.equal((await engine.delete(path('ann'), admin)).status, 204);
  assert.equal((await engine.delete(path('ann'), admin)).status, 404);
  assert.equal((await engine.put(path('ann'), {}, publisher)).status, 403);
});

test('planning finds what was stored, at once', async () => {
  await engine.put(path('bob / 王'), { addresses: { mail: 'bob@example.org' } }, admin);
  await engine.post('/api/v1/notifications', { title: 't', message: 'm', user_id: 'bob / 王', channels: ['mail'] });
  const { items } = (await engine.get('/api/v1/admin/deliveries?channel=mail')).body;
  assert.deepEqual(items.map((x) => [x.user_id, x.recipient]), [['bob / 王', 'bob@example.org']]);
});

test('what breaks a rule is refused with its place', async () => {
  for (const [body, expected] of [
    [{ time_zone: 'Mars/Olympus' }, ['/time_zone']],
    [{ addresses: { email: '' } }, ['/addresses/email']],
    [{ addresses: { email: 7, sms: 'x'.repeat(5000) } }, ['/addresses/email', '/addresses/sms']],
    [{ addresses: [] }, ['/addresses']],
    [{ roles: 'cook' }, ['/roles']],
    [{ wat: 1 }, ['/wat']],
    [{ user_id: 'another' }, ['/user_id']],
  ]) {
    const refused = await engine.put(path('carl'), body, admin);
    assert.deepEqual([refused.status, paths(refused)], [422, expected], JSON.stringify(refused.body));
  }
  assert.equal((await engine.get(path('carl'))).status, 404);
  assert.equal((await engine.put(path('x'.repeat(129)), {}, admin)).status, 404);
});

test('many are imported a line each, and wrong lines are told by number', async () => {
  const lines = Array.from({ length: 1201 }, (_, i) => JSON.stringify({ user_id: `many-${i}`, addresses: { hook: `https://example.org/${i}` } }));
  lines[3] = '{"user_id":';
  lines[700] = '{"user_id":"many-700","time_zone":"Nowhere/Here"}';
  lines[701] = '{"addresses":{}}';
  lines.splice(5, 0, '', '  ');
  const done = await engine.post(importing, `${lines.join('\n')}\n`, admin, ndjson);
  assert.equal(done.status, 200);
  assert.deepEqual([done.body.imported, done.body.failed], [1198, 3]);
  assert.deepEqual(done.body.errors.map((x) => [x.line, x.path]), [[4, ''], [703, '/time_zone'], [704, '/user_id']]);
  assert.equal((await engine.get(path('many-1200'))).body.addresses.hook, 'https://example.org/1200');
  assert.equal((await engine.get(path('many-700'))).status, 404);
  const empty = await engine.post(importing, '\n', admin, ndjson);
  assert.deepEqual(empty.body, { imported: 0, failed: 0, errors: [] });
});

test('an import is bounded, and so is what it tells', async () => {
  const bad = await engine.post(importing, '{}\n'.repeat(5000), admin, ndjson);
  assert.deepEqual([bad.body.imported, bad.body.failed, bad.body.errors.length], [0, 5000, 100]);
  assert.equal((await engine.post(importing, 'x'.repeat(2000001), admin, ndjson)).status, 413);
  assert.equal((await engine.post(importing, '{}', admin, { 'content-type': 'text/csv' })).status, 415);
  assert.equal((await engine.post(importing, '{}', publisher, ndjson)).status, 403);
});

test('who changed people stands in the audit log, their addresses do not', async () => {
  const { text, body } = await engine.get('/api/v1/admin/audit?limit=100');
  const actions = new Set(body.items.map((x) => `${x.subject} ${x.action}`));
  for (const one of ['put', 'delete']) assert.ok(actions.has(`operator recipient.${one}`));
  assert.ok(actions.has('operator recipients.import'));
  assert.ok(!text.includes(hook.url));
});
