// What the tests of the event stream hold a plain and an encrypted engine to.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, jwt, publisher, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';
import { Raw } from './harness/raw.mjs';
import { Stream } from './harness/stream.mjs';

export function streamCases({ tls, storage }) {
  let engine;
  const open = (token, more) => Stream.open(engine, token, more);
  const create = async (body) => (await engine.post('/api/v1/notifications', { title: 't', message: 'm', ...body }, publisher)).body;
  /** One that has read its hello. */
  const listen = async (token, more) => {
    const stream = await open(token, more);
    stream.hello = (await stream.event('hello')).data;
    return stream;
  };

  before(async () => { engine = await Engine.start({ tls, storage: storage?.(), server: 'request_limit_per_minute = 0' }); });
  after(() => engine.discard());

  test('the head says that this is an event stream nobody may hold back', async () => {
    const stream = await open(user('head'));
    const { 'content-type': type, 'cache-control': cache, 'x-accel-buffering': buffering, connection, date } = stream.headers;
    assert.deepEqual({ type, cache, buffering, connection }, { type: 'text/event-stream', cache: 'no-store', buffering: 'no', connection: 'close' });
    assert.ok(Math.abs(Date.parse(date) - Date.now()) < 60_000);
    assert.equal(stream.headers['content-length'], undefined);
    assert.equal(stream.headers['transfer-encoding'], undefined);
    await stream.event('hello');
    assert.equal(stream.retry, 3000);
    stream.close();
  });

  test('it begins with hello and goes on with notifications in order', async () => {
    await create({ user_id: 'first' });
    const stream = await open(user('first'));
    const hello = await stream.next();
    assert.equal(hello.event, 'hello');
    assert.equal(hello.id, undefined);
    assert.deepEqual(Object.keys(hello.data).sort(), ['heartbeat_seconds', 'seq', 'session_id', 'unread_count', 'user_id']);
    assert.deepEqual([hello.data.user_id, hello.data.unread_count], ['first', 1]);
    for (let i = 0; i < 20; ++i) {
      const made = await create(i % 2 ? { user_id: 'first', message: `第${i}条` } : {});
      assert.deepEqual(await stream.next(), { event: 'notification', id: String(made.seq), data: made });
    }
    stream.close();
  });

  test('it carries what the user is entitled to and nothing else', async () => {
    const [cook, other] = [await listen(user('cook', { role: 'cook' })), await listen(user('waiter', { role: 'waiter' }))];
    const made = await create({ role: 'cook' });
    const all = await create({});
    assert.equal((await cook.next()).data.id, made.id);
    assert.equal((await cook.next()).data.id, all.id);
    assert.equal((await other.next()).data.id, all.id);
    [cook, other].forEach((x) => x.close());
  });

  test('data of several lines stays one value', async () => {
    const stream = await listen(user('lines'));
    const text = '{"title":"t","message":"一\\n二","user_id":"lines","extra_data":{\r\n"a":\r1,\n\n"b":2}}';
    const { body } = await engine.post('/api/v1/notifications', text);
    assert.deepEqual((await stream.next()).data, body);
    assert.deepEqual(body.extra_data, { a: 1, b: 2 });
    stream.close();
  });

  test('a read on another device is told', async () => {
    const stream = await listen(user('sync'));
    const { id } = await create({ user_id: 'sync' });
    await stream.event('notification');
    await engine.put(`/api/v1/notifications/${id}/read`, undefined, user('sync'));
    const sync = await stream.next();
    assert.deepEqual([sync.event, sync.data.ids, sync.data.is_read, sync.id], ['notification:sync', [id], true, undefined]);
    const { body: unread } = await engine.get('/api/v1/notifications/unread-count', user('sync'));
    assert.deepEqual(await stream.next(), { event: 'unread_count', data: unread });
    stream.close();
  });

  test('what is replayed is told as it was read', async () => {
    const { id, seq } = await create({ user_id: 'returning' });
    await engine.put(`/api/v1/notifications/${id}/read`, undefined, user('returning'));
    const { body } = await engine.get(`/api/v1/notifications/${id}`, user('returning'));
    assert.ok(body.is_read && body.read_at);
    const stream = await listen(user('returning'), { lastEventId: seq - 1 });
    assert.deepEqual((await stream.event('notification')).data, body);
    stream.close();
  });

  test('the token may come in the address', async () => {
    const stream = await listen(user('browser'), { inQuery: true });
    assert.equal(stream.hello.user_id, 'browser');
    stream.close();
  });

  test('without a good token there is no stream', async () => {
    for (const token of ['', 'nonsense', user('x', { exp: 1 })])
      for (const inQuery of [false, true])
        await assert.rejects(open(token, { inQuery }), (x) => x.status === 401 && /problem\+json/.test(x.headers['content-type']));
  });

  test('what was missed comes in order, then live, while notifications are being created', async () => {
    const who = user('resumer', { role: 'keeper' });
    const stream = await listen(who);
    const seen = await create({ user_id: 'resumer' });
    await stream.event('notification');
    stream.close();
    const missed = [];
    for (let i = 0; i < 250; ++i) {
      const made = await create(i % 3 === 0 ? { role: 'keeper' } : i % 3 === 1 ? { user_id: 'resumer' } : { user_id: 'someone-else' });
      if (i % 3 !== 2) missed.push(made.id);
    }
    for (const how of ['lastEventId', 'since']) {
      let stop = false;
      const creating = (async () => { while (!stop) missed.push((await create({ user_id: 'resumer' })).id); })();
      const back = await listen(who, { [how]: seen.seq, ...(how === 'lastEventId' ? { since: 1 } : {}) });
      assert.equal(back.hello.seq, seen.seq);
      const got = [];
      let last = seen.seq;
      while (got.length < 200) {
        const { id, data } = await back.event('notification');
        assert.equal(id, String(data.seq));
        assert.ok(data.seq > last, 'in order and without repeats');
        last = data.seq;
        got.push(data.id);
      }
      stop = true;
      await creating;
      while (got.length < missed.length) got.push((await back.event('notification')).data.id);
      assert.deepEqual(got, missed);
      assert.deepEqual(back.events, []);
      back.close();
    }
  });

  test('a position that cannot be served is said, and live goes on', async () => {
    for (const more of [{ lastEventId: 999_999_999 }, { lastEventId: 'nonsense' }, { since: -1 }]) {
      const stream = await open(user('dreamer'), more);
      await stream.event('hello');
      const failed = await stream.next();
      assert.deepEqual([failed.event, typeof failed.data.oldest_seq], ['resume_failed', 'number']);
      const made = await create({ user_id: 'dreamer' });
      assert.equal((await stream.next()).data.id, made.id);
      stream.close();
    }
  });

  test('the end of the token is told before, and ends the stream', async () => {
    const exp = Math.floor(Date.now() / 1000) + 3;
    const stream = await listen(jwt({ sub: 'mayfly', exp }));
    assert.equal(Date.parse((await stream.event('token_expiring')).data.at), exp * 1000);
    const { how, unfinished, last } = await stream.ended;
    assert.deepEqual([how, unfinished], ['ended', '']);
    assert.deepEqual([last.event, last.data.code], ['close', 4401]);
  });

  test('a user\'s twenty-first connection is refused with 429', async () => {
    const many = await Promise.all(Array.from({ length: 20 }, () => listen(user('hoarder'))));
    await assert.rejects(open(user('hoarder')), (x) => x.status === 429 && Number(x.headers['retry-after']) > 0
      && /problem\+json/.test(x.headers['content-type']) && JSON.parse(x.text).status === 429);
    const made = await create({ user_id: 'hoarder' });
    for (const one of many) assert.equal((await one.next()).data.id, made.id);
    assert.equal(await engine.metric('carillon_http_requests_total{code="429",route="/api/v1/stream"}'), 1);
    many.forEach((x) => x.close());
  });

  test('a stream and a socket of one user carry the same', async () => {
    const [stream, socket] = [await listen(user('both')), await Live.open(engine, user('both'), { options: { rejectUnauthorized: false } })];
    const made = await create({ user_id: 'both' });
    assert.deepEqual([(await stream.next()).data, await socket.next()], [made, made]);
    stream.close();
    await socket.close();
  });

  test('HEAD shows the head and other methods are refused', async () => {
    const head = await engine.request('HEAD', '/api/v1/stream', { token: user('head') });
    assert.deepEqual([head.status, head.headers['content-type'], head.headers['content-length']], [200, 'text/event-stream', undefined]);
    assert.equal((await engine.request('POST', '/api/v1/stream', { token: user('head'), body: {} })).status, 405);
  });

  if (!tls)
    test('a client of HTTP/1.0 gets the same', async () => {
      const raw = await Raw.connect(engine.port);
      raw.send(`GET /api/v1/stream HTTP/1.0\r\nAuthorization: Bearer ${user('old')}\r\n\r\n`);
      await raw.until((all) => (all.includes('event: hello\n') ? true : undefined));
      const made = await create({ user_id: 'old' });
      const event = `event: notification\nid: ${made.seq}\ndata: ${JSON.stringify(made)}\n\n`;
      assert.ok(await raw.until((all) => (all.toString('utf8').endsWith(event) ? true : undefined)));
      assert.ok(raw.received.toString('latin1').startsWith('HTTP/1.1 200 OK\r\n'));
      raw.destroy();
    });

  test('after a kill of the engine the stream resumes where it was', async () => {
    const who = user('survivor');
    const stream = await listen(who);
    const seen = await create({ user_id: 'survivor' });
    assert.equal((await stream.event('notification')).id, String(seen.seq));
    await engine.kill();
    await stream.ended;
    await engine.launch();
    const made = [];
    for (let i = 0; i < 3; ++i) made.push((await create({ user_id: 'survivor' })).id);
    const back = await listen(who, { lastEventId: seen.seq });
    for (const id of made) assert.equal((await back.next()).data.id, id);
    const live = await create({ user_id: 'survivor' });
    assert.equal((await back.next()).data.id, live.id);
    back.close();
  });

  test('the stop of the engine ends the stream in order', async () => {
    const stream = await listen(user('last'));
    const exit = await engine.stop();
    const { how, unfinished, last } = await stream.ended;
    assert.deepEqual([how, unfinished, last.data.code, exit.code], ['ended', '', 1001, 0]);
  });
}
