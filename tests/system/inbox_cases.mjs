// What the inbox is held to on every store: the rows of 智链OS's API with its own bodies, reads that
// show every write at once, folded lists, counts and who is online.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, admin, publisher, user } from './harness/engine.mjs';
import { document } from './harness/contract.mjs';
import { Inbox } from './harness/inbox.mjs';
import { Live } from './harness/live.mjs';

const config = `
[channels.log]
type = "log"
[presence]
visible_to = "all"
[[routes]]
event = "stock.low"
channels = ["system"]
`;

export function inboxCases({ storage }) {
  let engine;
  const api = '/api/v1/notifications';
  const create = async (body) => (await engine.post(api, { title: 't', message: 'm', ...body }, publisher)).body;
  const read = async (path, who) => {
    const { status, body } = await engine.get(`${api}${path}`, who);
    assert.equal(status, 200);
    return body;
  };

  before(async () => {
    engine = await Engine.start({ config, server: 'request_limit_per_minute = 0', storage: storage?.() });
  });
  after(() => engine.discard());

  test('every row of the seed\'s API answers its own bodies as its document says', async () => {
    const who = user('user-123', { role: 'store_manager', store_id: 'store-123' });
    const frames = await Live.open(engine, who);
    const sent = {
      title: '库存预警',
      message: '鸡肉库存不足,当前库存: 5kg,请及时补货',
      type: 'warning',
      priority: 'high',
      user_id: 'user-123',
      role: 'store_manager',
      store_id: 'store-123',
      extra_data: { item_id: 'item-456', current_stock: 5 },
      source: 'inventory_system',
    };
    const answered = {
      id: 'notif-789',
      title: '库存预警',
      message: '鸡肉库存不足,当前库存: 5kg,请及时补货',
      type: 'warning',
      priority: 'high',
      user_id: 'user-123',
      role: null,
      store_id: null,
      is_read: false,
      read_at: null,
      extra_data: { item_id: 'item-456', current_stock: 5 },
      source: 'inventory_system',
      created_at: '2026-02-20T10:30:00',
    };
    const ours = { group_key: null, expires_at: null, seq: 1 };
    const as = (x, id) => ({ ...answered, ...ours, id, created_at: x.created_at, seq: x.seq });

    const made = await engine.post(api, sent, publisher);
    assert.equal(made.status, 201);
    assert.match(made.body.id, /^notif-/);
    assert.ok(Math.abs(Date.parse(made.body.created_at) - Date.now()) < 60_000);
    assert.deepEqual(made.body, as(made.body, made.body.id));
    assert.deepEqual(await frames.next(), made.body);
    frames.send('ping');

    assert.deepEqual(await read('?is_read=false&limit=20&offset=0', who), [made.body]);
    assert.deepEqual(await read(`/${made.body.id}`, who), made.body);
    for (let i = 0; i < 4; ++i) await create({ user_id: 'user-123' });
    assert.deepEqual(await read('/unread-count', who), { unread_count: 5 });
    assert.deepEqual(await read('/stats', who), {
      total: 5,
      unread: 5,
      by_type: { info: 4, success: 0, warning: 1, error: 0, alert: 0 },
      by_priority: { low: 0, normal: 4, high: 1, urgent: 0 },
    });

    const one = await engine.put(`${api}/${made.body.id}/read`, undefined, who);
    assert.deepEqual([one.status, one.body], [200, { success: true, message: '已标记为已读' }]);
    const after = await read(`/${made.body.id}`, who);
    assert.deepEqual({ ...after, read_at: null }, { ...made.body, is_read: true });
    assert.ok(Date.parse(after.read_at) >= Date.parse(made.body.created_at));
    await create({ user_id: 'user-123' });
    const all = await engine.put(`${api}/read-all`, undefined, who);
    assert.deepEqual([all.status, all.body], [200, { success: true, message: '已标记5条通知为已读', count: 5 }]);
    assert.deepEqual(await read('/unread-count', who), { unread_count: 0 });

    const gone = await engine.delete(`${api}/${made.body.id}`, who);
    assert.deepEqual([gone.status, gone.body], [200, { success: true, message: '通知已删除' }]);
    assert.equal((await engine.get(`${api}/${made.body.id}`, who)).status, 404);
    assert.deepEqual((await engine.get('/api/v1/health', who)).body, { status: 'ok' });
    await frames.close();
  });

  test('a read right after every kind of write shows it', async () => {
    const inbox = new Inbox(engine, 20261121);
    const live = await inbox.connect();
    for (let i = 0; i < 120; ++i) await inbox.step();
    assert.equal(inbox.kinds.size, 10, 'the walk had every kind of write in it');
    await live.close();
  });

  test('a folded list shows each group once on whatever pages', async () => {
    const who = user('folder', { role: 'folding' });
    await engine.put(`${api}/read-all`, undefined, who);
    const made = [];
    for (let i = 0; i < 40; ++i)
      made.unshift(await create({ ...(i % 2 ? { user_id: 'folder' } : { role: 'folding' }), title: `${i}`, ...(i % 5 ? { group_key: `f${i % 7}` } : {}) }));
    await engine.put(`${api}/read`, { ids: made.slice(10, 15).map((x) => x.id) }, who);
    const mine = (await read('?limit=100', who)).filter((x) => made.some((y) => y.id === x.id));
    const wanted = [];
    for (const x of mine) {
      const lead = x.group_key && wanted.find((y) => y.group_key === x.group_key);
      if (lead) {
        lead.group_count += 1;
        lead.group_unread_count += x.is_read ? 0 : 1;
      } else {
        wanted.push({ ...x, group_count: 1, group_unread_count: x.is_read ? 0 : 1 });
      }
    }
    for (const limit of [1, 3, 100]) {
      const got = [];
      for (let path = `${api}?fold=group&limit=${limit}`; path;) {
        const { body, headers } = await engine.get(path, who);
        got.push(...body);
        path = headers.link?.match(/<([^>]+)>;\s*rel="next"/)?.[1];
      }
      assert.deepEqual(got.filter((x) => made.some((y) => y.id === x.id)), wanted);
    }
    assert.equal((await engine.get(`${api}?fold=source`, who)).status, 400);
  });

  test('an operator\'s counts have the node\'s connections and every channel\'s deliveries', async () => {
    const sockets = await Promise.all(['s1', 's1', 's2'].map((x) => Live.open(engine, user(x))));
    await create({ user_id: 's1', channels: ['system', 'log'] });
    let stats;
    do stats = await read('/stats', admin); while (stats.deliveries.log?.delivered !== 1);
    assert.deepEqual([stats.connections, stats.users_online], [3, 2]);
    assert.deepEqual(stats.deliveries.log, { pending: 0, delivering: 0, retrying: 0, delivered: 1, dead: 0, skipped: 0, cancelled: 0, failed: 0 });
    const { body: newest } = await engine.get(`${api}?limit=1`, user('s1'));
    assert.equal(stats.deliveries.system.delivered, newest[0].seq);
    for (const who of [user('s1'), publisher])
      assert.deepEqual(Object.keys(await read('/stats', who)), ['total', 'unread', 'by_type', 'by_priority']);
    await Promise.all(sockets.map((x) => x.close()));
  });

  test('who is online is told page by page to those it is visible to', async () => {
    const names = ['p-1', 'p-2', 'p-3', 'p-4', 'p-5'];
    const sockets = await Promise.all([...names, 'p-3'].map((x) => Live.open(engine, user(x))));
    const get = (query = '', who = user('p-1')) => engine.get(`/api/v1/presence${query}`, who);
    let online;
    do online = (await get()).body; while (online.online !== 5);
    assert.deepEqual(online.items.map((x) => [x.user_id, x.devices]), names.map((x) => [x, x === 'p-3' ? 2 : 1]));
    assert.ok(online.items.every((x) => Math.abs(Date.parse(x.online_since) - Date.now()) < 60_000));
    assert.equal(online.next, null);
    const first = (await get('?limit=2')).body;
    assert.deepEqual([first.online, first.items.map((x) => x.user_id), first.next], [5, ['p-1', 'p-2'], 'p-2']);
    const last = (await get('?limit=3&cursor=p-2', admin)).body;
    assert.deepEqual([last.items.map((x) => x.user_id), last.next], [['p-3', 'p-4', 'p-5'], null]);
    assert.equal((await get('?limit=0')).status, 400);
    await Promise.all(sockets.map((x) => x.close()));
  });

  test('who is online is for operators where nothing else is said', async () => {
    engine.configure(config.replace('visible_to = "all"', ''), { server: 'request_limit_per_minute = 0' });
    await engine.stop();
    await engine.launch();
    assert.equal((await engine.get('/api/v1/presence', user('x'))).status, 403);
    assert.equal((await engine.get('/api/v1/presence', publisher)).status, 403);
    assert.deepEqual((await engine.get('/api/v1/presence', admin)).body, { online: 0, items: [], next: null });
  });

  test('the description of the API is open to all', async () => {
    const { status, headers, body } = await engine.request('GET', '/openapi.json');
    assert.equal(status, 200);
    assert.match(headers['content-type'], /^application\/json/);
    assert.deepEqual(body, document);
  });
}
