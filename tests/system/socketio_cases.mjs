// What the tests of `/socket.io/` hold a plain and an encrypted engine to, with the official client.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { SocketIo } from './harness/socketio.mjs';

const transports = {
  'a WebSocket only': ['websocket'],
  'polling only': ['polling'],
  'polling and then a WebSocket': ['polling', 'websocket'],
};

export function socketIoCases({ tls = false } = {}) {
  let engine;
  const open = (token, options) => SocketIo.open(engine, token, options);
  const create = async (body) => (await engine.post('/api/v1/notifications', { title: 't', message: 'm', ...body }, publisher)).body;

  before(async () => { engine = await Engine.start({ tls }); });
  after(() => engine.discard());

  for (const [way, names] of Object.entries(transports))
    test(`the client is greeted and told in both spellings over ${way}`, async () => {
      const sub = `spelling-${names.join('-')}`;
      const client = await open(user(sub), { transports: names });
      const hello = await client.event('hello');
      assert.deepEqual(Object.keys(hello).sort(), ['heartbeat_seconds', 'seq', 'session_id', 'unread_count', 'user_id']);
      assert.equal(hello.user_id, sub);
      const made = await create({ user_id: sub, message: '鸡肉库存不足' });
      const { body, createdAt, ...rest } = await client.event('notification');
      assert.deepEqual(rest, made);
      assert.deepEqual([body, createdAt], [made.message, made.created_at]);
      if (names.length === 2 && client.transport === 'polling')
        await new Promise((resolve) => client.socket.io.engine.once('upgrade', resolve));
      assert.equal(client.transport, names.at(-1));
      const second = await create({ user_id: sub });
      assert.equal((await client.event('notification')).id, second.id);
      client.close();
    });

  test('pushes stay in order, none lost and none twice, while the transport changes', async () => {
    for (let round = 0; round < 5; ++round) {
      const sub = `changing-${round}`;
      let stop = false;
      const made = [];
      const client = await open(user(sub));
      const creating = (async () => { while (!stop) made.push((await create({ user_id: sub })).id); })();
      if (client.transport === 'polling') await new Promise((resolve) => client.socket.io.engine.once('upgrade', resolve));
      stop = true;
      await creating;
      made.push((await create({ user_id: sub })).id);
      const got = [];
      while (got.length < made.length) got.push((await client.event('notification')).id);
      assert.deepEqual(got, made);
      client.close();
    }
  });

  test('the token comes in the auth payload, the query or the header', async () => {
    const token = user('ways');
    const ways = [{ auth: { token } }, { auth: { token: `Bearer ${token}` } }, { query: { token } }, { extraHeaders: { Authorization: `Bearer ${token}` } }];
    for (const way of ways)
      for (const names of [['websocket'], ['polling']]) {
        const client = new SocketIo(engine, { transports: names, ...way });
        await client.connected();
        assert.equal((await client.event('hello')).user_id, 'ways');
        client.close();
      }
  });

  test('a token that is missing or bad is told to the client, which does not come back', async () => {
    for (const auth of [{}, { token: 'nonsense' }, { token: user('x', { exp: 1 }) }])
      for (const names of [['websocket'], ['polling']]) {
        const client = new SocketIo(engine, { transports: names, auth, reconnection: true });
        const why = await client.refused();
        assert.ok(why.message);
        assert.equal(why.data.code, 'unauthorized');
        assert.equal(client.socket.active, false);
        client.close();
      }
  });

  test('only the default namespace can be entered', async () => {
    const client = await open(user('spaces'));
    const other = client.socket.io.socket('/admin');
    const why = await new Promise((resolve) => other.once('connect_error', resolve));
    assert.equal(why.message, 'Invalid namespace');
    const made = await create({ user_id: 'spaces' });
    assert.equal((await client.event('notification')).id, made.id);
    client.close();
  });

  test('events are acknowledged, and refusals too', async () => {
    for (const names of [['websocket'], ['polling']]) {
      const sub = `acks-${names}`;
      const client = await open(user(sub), { transports: names });
      const { id } = await create({ user_id: sub });
      const { timestamp, ...read } = await client.ask('notification:read', { notificationId: id });
      assert.deepEqual(read, { success: true, notificationId: id });
      assert.ok(!Number.isNaN(Date.parse(timestamp)));
      assert.equal((await client.event('notification:read:ack')).notificationId, id);
      await create({ user_id: sub });
      assert.deepEqual(await client.ask('notification:read-all'), { success: true, unread_count: 0 });
      assert.deepEqual(await client.ask('ping'), { success: true });
      await client.event('pong');
      for (const [name, data] of [['dance'], ['notification:read'], ['notification:read', { notificationId: 7 }],
        ['notification:read', { notificationId: 'notif-00000000-0000-7000-8000-000000000000' }], ['subscribe', { topics: ['weather'] }],
        ['subscribe', 'somebody-else'], ['subscribe', { topics: ['presence'] }], ['dance', Buffer.from('binary')],
        ['notification:read', { notificationId: id, proof: [Buffer.from('one'), Buffer.alloc(20_000)] }]]) {
        const { success, code, message } = await client.ask(name, ...(data === undefined ? [] : [data]));
        assert.equal(success, false, name);
        assert.deepEqual(await client.event('error'), { code, message });
      }
      assert.deepEqual(await client.ask('ping'), { success: true }, 'and the connection goes on');
      client.close();
    }
  });

  test('a room of one\'s own is had already, as the gateway\'s clients ask for it', async () => {
    const client = await open(user('roomer'));
    assert.deepEqual(await client.ask('subscribe', 'roomer'), { success: true });
    client.socket.emit('subscribe', 'roomer');
    const made = await create({ user_id: 'roomer' });
    assert.equal((await client.event('notification')).id, made.id);
    client.close();
  });

  test('a read on one device shows on the others, whatever they speak', async () => {
    const socket = await open(user('devices'), { transports: ['websocket'] });
    const poller = await open(user('devices'), { transports: ['polling'] });
    const live = await Live.open(engine, user('devices'), { protocol: 'carillon.v1', options: { rejectUnauthorized: false } });
    await live.event('hello');
    const { id } = await create({ user_id: 'devices' });
    socket.socket.emit('notification:read', { notificationId: id });
    const ack = await socket.event('notification:read:ack');
    assert.deepEqual(Object.keys(ack).sort(), ['notificationId', 'timestamp']);
    for (const other of [poller, live]) {
      assert.deepEqual(await other.event('notification:sync'), { ids: [id], is_read: true });
      assert.equal(typeof (await other.event('unread_count')).unread_count, 'number');
    }
    const { id: second } = await create({ user_id: 'devices' });
    live.send({ event: 'notification:read', data: { notificationId: second } });
    assert.deepEqual((await poller.event('notification:sync')).ids, [second]);
    socket.close();
    poller.close();
    await live.close();
  });

  test('operators who subscribe are told who comes', async () => {
    const watcher = await open(admin);
    assert.deepEqual(await watcher.ask('subscribe', { topics: ['presence'] }), { success: true });
    const guest = await open(user('visitor'), { transports: ['polling'] });
    assert.deepEqual(await watcher.event('user:online'), { userId: 'visitor' });
    guest.close();
    watcher.close();
  });

  test('what is replayed is told as it was read', async () => {
    const { id, seq } = await create({ user_id: 'returning' });
    await engine.put(`/api/v1/notifications/${id}/read`, undefined, user('returning'));
    const { read_at } = (await engine.get(`/api/v1/notifications/${id}`, user('returning'))).body;
    const socket = await open(undefined, { auth: { token: user('returning'), since: seq - 1 } });
    const told = await socket.event('notification');
    assert.deepEqual([told.id, told.is_read, told.read_at], [id, true, read_at]);
    socket.close();
  });

  test('a client that names what it has seen gets what it missed, then live', async () => {
    for (const names of [['websocket'], ['polling']]) {
      const sub = `resuming-${names}`;
      const { seq } = await create({ user_id: sub });
      const missed = [];
      for (let i = 0; i < 120; ++i) missed.push((await create({ user_id: sub })).id);
      for (const way of [{ auth: { token: user(sub), since: seq } }, { auth: { token: user(sub) }, query: { since: seq } }]) {
        const client = new SocketIo(engine, { transports: names, ...way });
        await client.connected();
        assert.equal((await client.event('hello')).seq, seq);
        missed.push((await create({ user_id: sub })).id);
        const got = [];
        while (got.length < missed.length) got.push((await client.event('notification')).id);
        assert.deepEqual(got, missed);
        client.close();
      }
    }
    const dreamer = await open(undefined, { auth: { token: user('dreamer'), since: 999_999_999 } });
    assert.equal(typeof (await dreamer.event('resume_failed')).oldest_seq, 'number');
    dreamer.close();
  });

  test('a token that ends is told before and ends the connection for good', async () => {
    const exp = Math.floor(Date.now() / 1000) + 3;
    const client = await open(user('mayfly', { exp }), { reconnection: true });
    assert.equal(Date.parse((await client.event('token_expiring')).at), exp * 1000);
    assert.equal((await client.event('error')).code, 'unauthorized');
    assert.equal(await client.disconnected, 'io server disconnect');
    assert.equal(client.socket.active, false);
    client.close();
  });

  test('a user\'s twenty-first connection is refused', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => open(user('hoarder'), { transports: ['websocket'] })));
    const extra = new SocketIo(engine, { auth: { token: user('hoarder') }, transports: ['websocket'] });
    assert.ok((await extra.refused()).message);
    const made = await create({ user_id: 'hoarder' });
    for (const one of many) assert.equal((await one.event('notification')).id, made.id);
    many.forEach((x) => x.close());
    extra.close();
  });

  test('a client whose engine is killed comes back by itself and misses nothing', async () => {
    const clients = [];
    for (const [i, names] of Object.values(transports).entries()) {
      const client = await open(user(`survivor-${i}`), { transports: names, reconnection: true });
      const seen = await create({ user_id: `survivor-${i}` });
      assert.equal((await client.event('notification')).id, seen.id);
      clients.push(client);
    }
    await engine.kill();
    await Promise.all(clients.map((x) => x.disconnected));
    await engine.launch();
    for (const [i, client] of clients.entries()) {
      const missed = [await create({ user_id: `survivor-${i}` }), await create({ user_id: `survivor-${i}` })];
      for (const { id } of missed) assert.equal((await client.event('notification')).id, id);
      assert.equal(client.socket.recovered, true);
      client.close();
    }
  });

  test('the stop of the engine closes the transport, so that clients come back', async () => {
    const clients = await Promise.all([['websocket'], ['polling']].map((names) => open(user('last'), { transports: names })));
    const exit = await engine.stop();
    for (const client of clients) {
      // The next poll may have been on its way.
      assert.match(await client.disconnected, /^transport (close|error)$/);
      client.close();
    }
    assert.deepEqual(exit, { code: 0, signal: null });
  });
}
