// A page of one origin, the engine at another.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, user } from '../system/harness/engine.mjs';
import { Browser } from './harness/browser.mjs';
import { Gate } from './harness/gate.mjs';
import { heard, inState, inbox, pages } from './harness/page.mjs';

const limit = { timeout: 120_000 };
let friend;
let stranger;
let engine;
let gate;
let browser;
const create = async (user_id) => (await engine.post('/api/v1/notifications', { title: 't', message: 'm', user_id })).body;

before(async () => {
  friend = await Gate.open(undefined, { pages });
  stranger = await Gate.open(undefined, { pages });
  engine = await Engine.start({ server: `allowed_origins = ["${friend.url}"]` });
  gate = await Gate.open(engine);
  browser = await Browser.start();
});
after(async () => {
  await browser.close();
  for (const each of [gate, stranger, friend]) await each.close();
  await engine.discard();
});

test('a page of an allowed origin connects, polls and reads', limit, async () => {
  const page = await inbox(browser, friend.url, user('alice'), { url: gate.url });
  await inState(page, 'open');
  const made = [await create('alice')];
  await heard(page, 1);
  gate.refuse();
  await inState(page, 'polling');
  made.push(await create('alice'));
  await heard(page, 2);
  await page.run((id) => window.client.read(id), made[1].id);
  assert.equal((await engine.get(`/api/v1/notifications/${made[1].id}`, user('alice'))).body.is_read, true);
  gate.admit();
  await inState(page, 'open');
  made.push(await create('alice'));
  assert.deepEqual((await heard(page, 3)).map((x) => x.id), made.map((x) => x.id));
  assert.deepEqual([await page.run(() => window.errors), page.failures], [[], []]);
});

test('a page of another origin hears nothing and reads nothing', limit, async () => {
  const made = await create('bob');
  const page = await inbox(browser, stranger.url, user('bob'), { url: gate.url, since: 0 });
  await page.run(() => window.until(() => window.errors.length >= 2));
  assert.deepEqual(await page.run(() => [window.client.state, window.got.length, window.states.includes('open')]), ['polling', 0, false]);
  const refusal = await page.run((id) => window.client.read(id).catch((x) => x.code), made.id);
  assert.equal(refusal, 'network');
  assert.equal((await engine.get(`/api/v1/notifications/${made.id}`, user('bob'))).body.is_read, false);
});
