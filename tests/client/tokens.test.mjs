// Tokens that end while the client is connected.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { Engine, user } from '../system/harness/engine.mjs';
import { Gate } from './harness/gate.mjs';
import { listen } from './harness/heard.mjs';

const limit = { timeout: 60_000 };
const inSeconds = (n) => Math.floor(Date.now() / 1000) + n;
let engine;
let gate;
const create = async (user_id) => (await engine.post('/api/v1/notifications', { title: 't', message: 'm', user_id })).body;
const used = () => gate.requests.filter((x) => x.upgrade).map((x) => new URL(x.path, gate.url).searchParams.get('token'));

before(async () => { engine = await Engine.start(); });
after(() => engine.discard());
beforeEach(async () => { gate = await Gate.open(engine); });
afterEach(() => gate.close());

/** A client whose provider gives these tokens one after another, and the last for ever. */
async function provided(...tokens) {
  let asked = 0;
  const heard = listen(gate.url, async () => tokens[Math.min(asked++, tokens.length - 1)], { attempts: 1000 });
  heard.client.connect();
  await heard.count('hello', 1);
  return Object.assign(heard, { asked: () => asked });
}

test('a token that ends is replaced and the client goes on where it was', limit, async () => {
  const [short, long] = [user('alice', { exp: inSeconds(3) }), user('alice')];
  const heard = await provided(short, long);
  const made = [await create('alice')];
  await heard.count('hello', 2);
  made.push(await create('alice'));
  await heard.count('notification', 2);
  assert.deepEqual(used(), [short, long]);
  assert.equal(heard.of('token_expiring').length, 1);
  assert.deepEqual(heard.ids, made.map((x) => x.id));
});

test('told that its token will end, the client changes to the next before that', limit, async () => {
  const [old, next] = [user('bob', { exp: inSeconds(63) }), user('bob')];
  const heard = await provided(old, next);
  await heard.count('hello', 2);
  assert.deepEqual([used(), heard.asked()], [[old, next], 2]);
  const made = await create('bob');
  await heard.count('notification', 1);
  assert.deepEqual(heard.ids, [made.id]);
});

test('while the provider fails the client says so and asks again', limit, async () => {
  let asked = 0;
  const heard = listen(gate.url, () => {
    if (++asked < 6) throw new Error('the login service is away');
    return user('carol');
  });
  heard.client.connect();
  await heard.count('hello', 1);
  assert.deepEqual(heard.states, ['connecting', 'polling', 'open']);
  assert.ok(heard.of('error').every((x) => x.code === 'token_unavailable' && /login service/.test(x.cause.message)));
});

test('a poll whose token is refused asks for another', limit, async () => {
  gate.refuse();
  let asked = 0;
  // Four tokens go to the socket's tries, and the poll begins with the last of them.
  const heard = listen(gate.url, () => (++asked <= 4 ? user('dave', { exp: 1 }) : user('dave')));
  heard.client.connect();
  await heard.count('unread_count', 1);
  assert.deepEqual([asked >= 5, heard.of('error')], [true, []]);
});

test('a token given as text that ends stops the client with an error', limit, async () => {
  const heard = listen(engine.url, user('erin', { exp: inSeconds(2) }));
  heard.client.connect();
  const [error] = await heard.count('error', 1);
  assert.equal(error.code, 'token_expired');
  assert.equal(heard.client.state, 'closed');
});
