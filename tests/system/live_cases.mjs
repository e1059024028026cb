// What the live tests hold a plain and an encrypted engine to.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, secret, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';

export function liveCases({ tls, storage }) {
  let engine;
  const options = { rejectUnauthorized: false };
  const open = (token, more = {}) => Live.open(engine, token, { options, ...more });
  const create = async (body) => (await engine.post('/api/v1/notifications', { title: 't', message: 'm', ...body }, publisher)).body;
  const v1 = 'carillon.v1';

  before(async () => { engine = await Engine.start({ tls, storage: storage?.() }); });
  after(() => engine.discard());

  test('each of the four push kinds reaches exactly the sockets entitled to it', async () => {
    const claims = [];
    for (const sub of ['a', 'b', 'c'])
      for (const more of [{}, { role: 'cook' }, { store_id: 's1' }, { roles: ['cook', 'waiter'], store_ids: ['s1', 's2'] }])
        claims.push({ sub: `${sub}-${claims.length}`, ...more });
    const sockets = await Promise.all(claims.map(({ sub, ...more }) => open(user(sub, more))));
    const holds = (x, one, many, value) => x[one] === value || (x[many] ?? []).includes(value);
    const kinds = [
      [{ user_id: 'b-5' }, (x) => x.sub === 'b-5'],
      [{ role: 'cook' }, (x) => holds(x, 'role', 'roles', 'cook')],
      [{ store_id: 's1' }, (x) => holds(x, 'store_id', 'store_ids', 's1')],
      [{ role: 'cook', store_id: 's1' }, (x) => holds(x, 'role', 'roles', 'cook') && holds(x, 'store_id', 'store_ids', 's1')],
      [{}, () => true],
    ];
    const made = [];
    for (const [to] of kinds) made.push(await create(to));
    for (const [i, socket] of sockets.entries()) {
      const wanted = made.filter((_, k) => kinds[k][1](claims[i]));
      const got = [];
      while (got.length < wanted.length) got.push(await socket.next());
      assert.deepEqual(got, wanted, claims[i].sub);
      await socket.settled();
      assert.deepEqual(socket.frames, []);
    }
    await Promise.all(sockets.map((x) => x.close()));
  });

  test('several devices of one user all get it', async () => {
    const devices = await Promise.all([open(user('multi')), open(user('multi')), open(user('multi'))]);
    const made = await create({ user_id: 'multi' });
    for (const device of devices) assert.deepEqual(await device.next(), made);
    await devices[0].close();
    const second = await create({ user_id: 'multi' });
    for (const device of devices.slice(1)) assert.deepEqual(await device.next(), second);
    await Promise.all(devices.map((x) => x.close()));
  });

  test('plain mode answers the text ping with a pong frame only', async () => {
    const live = await open(user('pinger'));
    const pong = new Promise((resolve) => live.socket.once('pong', resolve));
    live.send('ping');
    await pong;
    assert.deepEqual(live.frames, []);
    await live.close();
  });

  test('carillon.v1 begins with hello and wraps every frame', async () => {
    await create({ user_id: 'v1' });
    const live = await open(user('v1'), { protocol: v1 });
    assert.equal(live.upgrade['sec-websocket-protocol'], v1);
    const hello = await live.next();
    assert.equal(hello.event, 'hello');
    assert.deepEqual(Object.keys(hello.data).sort(), ['heartbeat_seconds', 'seq', 'session_id', 'unread_count', 'user_id']);
    assert.deepEqual([hello.data.user_id, hello.data.unread_count], ['v1', (await engine.get('/api/v1/notifications/unread-count', user('v1'))).body.unread_count]);
    const made = await create({ user_id: 'v1' });
    assert.deepEqual(await live.next(), { event: 'notification', data: made });
    live.send({ event: 'ping' });
    assert.equal((await live.next()).event, 'pong');
    await live.close();
  });

  test('a read on one device is acknowledged there and shown on the others', async () => {
    const [reader, other] = [await open(user('sync'), { protocol: v1 }), await open(user('sync'), { protocol: v1 })];
    await Promise.all([reader.event('hello'), other.event('hello')]);
    const { id } = await create({ user_id: 'sync' });
    reader.send({ event: 'notification:read', data: { notificationId: id } });
    const ack = await reader.event('notification:read:ack');
    assert.equal(ack.notificationId, id);
    assert.ok(!Number.isNaN(Date.parse(ack.timestamp)));
    const sync = await other.event('notification:sync');
    assert.deepEqual([sync.ids, sync.is_read], [[id], true]);
    assert.equal(typeof (await other.event('unread_count')).unread_count, 'number');
    const { id: second } = await create({ user_id: 'sync' });
    await engine.put(`/api/v1/notifications/${second}/read`, undefined, user('sync'));
    assert.deepEqual((await reader.event('notification:sync')).ids, [second]);
    const { id: third } = await create({ user_id: 'sync' });
    await engine.delete(`/api/v1/notifications/${third}`, user('sync'));
    assert.deepEqual((await other.event('notification:sync')).deleted ?? true, true);
    reader.send({ event: 'notification:read', data: { notificationId: 'notif-00000000-0000-7000-8000-000000000000' } });
    const { code, message } = await reader.event('error');
    assert.ok(code && message);
    await Promise.all([reader.close(), other.close()]);
  });

  test('a read-all names what it read to the other devices', async () => {
    const sockets = [await open(user('tidy'), { protocol: v1 }), await open(user('tidy'), { protocol: v1 })];
    await Promise.all(sockets.map((x) => x.event('hello')));
    const unread = async () => (await engine.get('/api/v1/notifications?is_read=false', user('tidy'))).body.map((x) => x.id);
    for (const [who, all] of [['reader', () => sockets[0].send({ event: 'notification:read-all' })], ['http', () => engine.put('/api/v1/notifications/read-all', undefined, user('tidy'))]]) {
      await create({ user_id: 'tidy' });
      await create({});
      const ids = await unread();
      await all();
      assert.deepEqual(await sockets[1].event('notification:sync'), { ids, is_read: true }, who);
      assert.deepEqual(await unread(), []);
    }
    await Promise.all(sockets.map((x) => x.close()));
  });

  test('what is replayed is told as it was read', async () => {
    const [read, unread] = [await create({ user_id: 'returning' }), await create({ user_id: 'returning' })];
    await engine.put(`/api/v1/notifications/${read.id}/read`, undefined, user('returning'));
    const list = (await engine.get('/api/v1/notifications', user('returning'))).body.filter((x) => x.user_id === 'returning').reverse();
    assert.deepEqual(list.map((x) => [x.id, x.is_read, x.read_at !== null]), [[read.id, true, true], [unread.id, false, false]]);
    const plain = await open(user('returning'), { since: read.seq - 1 });
    assert.deepEqual([await plain.next(), await plain.next()], list);
    const live = await open(user('returning'), { since: read.seq - 1, protocol: v1 });
    assert.deepEqual([await live.event('notification'), await live.event('notification')], list);
    await Promise.all([plain.close(), live.close()]);
  });

  test('nonsense from a client is an error said aloud and the socket lives', async () => {
    const live = await open(user('babbler'), { protocol: v1 });
    await live.event('hello');
    for (const words of ['{', '[]', '{"event":7}', '{"event":"dance"}', '{"event":"notification:read"}', '{"event":"notification:read","data":{"notificationId":7}}', '{"event":"subscribe","data":{"topics":["presence"]}}']) {
      live.send(words);
      assert.ok((await live.event('error')).code, words);
    }
    const made = await create({ user_id: 'babbler' });
    assert.deepEqual((await live.event('notification')).id, made.id);
    await live.close();
  });

  test('a resume replays exactly what was missed, in order, then goes on live', async () => {
    const who = user('resumer', { role: 'keeper' });
    const first = await open(who);
    const seen = await create({ user_id: 'resumer' });
    await first.next();
    await first.close();
    const missed = [];
    for (let i = 0; i < 250; ++i) {
      const made = await create(i % 3 === 0 ? { role: 'keeper' } : i % 3 === 1 ? { user_id: 'resumer' } : { user_id: 'someone-else' });
      if (i % 3 !== 2) missed.push(made.id);
    }
    let stop = false;
    const creating = (async () => { while (!stop) missed.push((await create({ user_id: 'resumer' })).id); })();
    const live = await open(who, { since: seen.seq, protocol: v1 });
    const hello = await live.event('hello');
    assert.equal(hello.seq, seen.seq);
    const got = [];
    let last = seen.seq;
    while (got.length < 200) {
      const { id, seq } = await live.event('notification');
      assert.ok(seq > last, 'in order and without repeats');
      last = seq;
      got.push(id);
    }
    stop = true;
    await creating;
    while (got.length < missed.length) got.push((await live.event('notification')).id);
    assert.deepEqual(got, missed);
    await live.settled();
    assert.deepEqual(live.frames, []);
    await live.close();
  });

  test('a since that cannot be served is said, and live goes on', async () => {
    const live = await open(user('dreamer'), { since: 999_999_999, protocol: v1 });
    const { oldest_seq } = await live.event('resume_failed');
    assert.equal(typeof oldest_seq, 'number');
    const made = await create({ user_id: 'dreamer' });
    assert.equal((await live.event('notification')).id, made.id);
    await live.close();
    for (const since of [999_999_999, 'nonsense', -1]) {
      const plain = await open(user('dreamer'), { since });
      assert.equal(plain.upgrade['carillon-resume'], 'failed', String(since));
      await plain.close();
    }
  });

  test('an upgrade without a good token is refused with 401 before it', async () => {
    for (const token of ['', 'nonsense', user('x', { exp: 1 })])
      await assert.rejects(open(token), (x) => x.status === 401 && /problem\+json/.test(x.headers['content-type']));
  });

  test('a token that ends while connected is told before and closes with 4401', async () => {
    const exp = Math.floor(Date.now() / 1000) + 3;
    const live = await open(user('mayfly', { exp }), { protocol: v1 });
    assert.equal(Date.parse((await live.event('token_expiring')).at), exp * 1000);
    assert.equal((await live.closed).code, 4401);
  });

  test('presence is told to operators who subscribe and to nobody else', async () => {
    const watcher = await open(admin, { protocol: v1 });
    await watcher.event('hello');
    watcher.send({ event: 'subscribe', data: { topics: ['presence'] } });
    watcher.send({ event: 'ping' });
    await watcher.event('pong');
    const guest = await open(user('guest'));
    assert.deepEqual(await watcher.event('user:online'), { userId: 'guest' });
    const { body } = await engine.get('/api/v1/admin/sessions');
    const mine = body.items.find((x) => x.user_id === 'guest');
    assert.equal(mine.devices, 1);
    const page = (query) => engine.get(`/api/v1/admin/sessions${query}`);
    const first = (await page('?limit=1')).body;
    assert.deepEqual(first.items.map((x) => x.user_id), [first.next]);
    const rest = (await page(`?cursor=${first.next}`)).body.items;
    assert.ok(rest.length > 0 && rest.every((x) => x.user_id > first.next));
    assert.equal((await page('?limit=0')).status, 400);
    await Promise.all([guest.close(), watcher.close()]);
  });

  test('a user\'s twenty-first connection is closed with 4429', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => open(user('hoarder'))));
    const extra = await open(user('hoarder'));
    assert.equal((await extra.closed).code, 4429);
    const made = await create({ user_id: 'hoarder' });
    for (const one of many) assert.equal((await one.next()).id, made.id);
    await Promise.all(many.map((x) => x.close()));
  });

  test('the stop of the engine closes sockets with 1001 and exits 0', async () => {
    const live = await open(user('last'));
    const exit = await engine.stop();
    assert.equal((await live.closed).code, 1001);
    assert.deepEqual(exit, { code: 0, signal: null });
    assert.ok(!engine.log.includes(secret));
  });
}
