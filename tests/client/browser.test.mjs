// The client in Debian's Chromium.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, user } from '../system/harness/engine.mjs';
import { Browser } from './harness/browser.mjs';
import { Gate } from './harness/gate.mjs';
import { heard, inState, inbox, pages } from './harness/page.mjs';

const limit = { timeout: 120_000 };
let engine;
let gate;
let browser;
const create = async (user_id, title = 't') => (await engine.post('/api/v1/notifications', { title, message: '厨房', user_id })).body;

before(async () => {
  engine = await Engine.start();
  gate = await Gate.open(engine, { pages });
  browser = await Browser.start();
});
after(async () => {
  await browser.close();
  await gate.close();
  await engine.discard();
});

async function connected(sub, options) {
  const page = await inbox(browser, gate.url, user(sub), options);
  await inState(page, 'open');
  return page;
}

test('a page hears at once what is created, and reads it', limit, async () => {
  const page = await connected('alice');
  const made = [await create('alice'), await create('alice')];
  assert.deepEqual(await heard(page, 2), made);
  await page.run((id) => window.client.read(id), made[0].id);
  const { body } = await engine.get(`/api/v1/notifications/${made[0].id}`, user('alice'));
  assert.equal(body.is_read, true);
  const refusal = await page.run(() => window.client.read('notif-00000000-0000-7000-8000-000000000000').catch((x) => x.code));
  assert.equal(refusal, 'not_found');
  await page.run(() => window.client.readAll());
  assert.equal((await engine.get('/api/v1/notifications/unread-count', user('alice'))).body.unread_count, 0);
  assert.deepEqual(page.failures, []);
});

test('the engine is killed and started again under two pages: nothing lost, nothing twice, in order', limit, async () => {
  const devices = [await connected('bob', { attempts: 1000 }), await connected('bob', { attempts: 1000 })];
  const made = [];
  for (let round = 0; round < 3; ++round) {
    for (let i = 0; i < 20; ++i) made.push((await create('bob', `${round}.${i}`)).id);
    await engine.kill();
    await engine.launch();
    for (let i = 0; i < 20; ++i) made.push((await create('bob', `${round}.${i} again`)).id);
    for (const page of devices) await heard(page, made.length);
  }
  for (const page of devices) {
    assert.deepEqual((await heard(page, made.length)).map((x) => x.id), made);
    assert.deepEqual(page.failures, []);
  }
});

test('where no WebSocket gets through a page polls, and returns to the socket', limit, async () => {
  const page = await connected('carol');
  const made = [await create('carol')];
  await heard(page, 1);
  gate.refuse();
  await inState(page, 'polling');
  made.push(await create('carol'), await create('carol'));
  await heard(page, 3);
  await page.run((id) => window.client.read(id), made[1].id);
  gate.admit();
  await inState(page, 'open');
  made.push(await create('carol'));
  assert.deepEqual((await heard(page, 4)).map((x) => x.id), made.map((x) => x.id));
  assert.deepEqual(await page.run(() => window.states), ['connecting', 'open', 'connecting', 'polling', 'open']);
  assert.deepEqual(page.failures, []);
});
