// A model of three users' inboxes, walked at random: after each write every read must show it.

import assert from 'node:assert/strict';
import { publisher, user } from './engine.mjs';
import { Live } from './live.mjs';

const api = '/api/v1/notifications';
const types = ['info', 'success', 'warning', 'error', 'alert'];
const priorities = ['low', 'normal', 'high', 'urgent'];
const counts = (words) => Object.fromEntries(words.map((x) => [x, 0]));

/** Mulberry32: the same walk for the same seed. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class Inbox {
  constructor(engine, seed) {
    this.engine = engine;
    this.random = dice(seed);
    this.rows = [];
    this.kinds = new Set();
    this.users = [
      { sub: `ann-${seed}`, roles: ['walker'], stores: ['w1'] },
      { sub: `bob-${seed}`, roles: ['walker', 'runner'], stores: [] },
      { sub: `cat-${seed}`, roles: [], stores: ['w1', 'w2'] },
    ].map((x) => ({ ...x, token: user(x.sub, { roles: x.roles, store_ids: x.stores }) }));
  }

  /** A device of the first user's, whose commands are among the writes. */
  async connect() {
    // What was there before is not of this walk.
    this.floor = (await this.engine.post(api, { title: 'floor', message: 'm', user_id: 'nobody' })).body.seq;
    for (const x of this.users) await this.engine.put(`${api}/read-all`, undefined, x.token);
    // In plain mode it hears of notifications and the answers to what it asked, nothing else.
    this.device = await Live.open(this.engine, this.users[0].token);
    return this.device;
  }

  pick(list) { return list[Math.floor(this.random() * list.length)]; }

  draft() {
    const audiences = [
      { user_id: this.pick(this.users).sub }, { user_id: this.pick(this.users).sub }, { role: 'walker' }, { role: 'runner' },
      { store_id: 'w1' }, { role: 'walker', store_id: 'w1' }, {},
    ];
    const group = this.pick([undefined, 'g1', 'g2', 'g3']);
    return {
      title: 't', message: 'm', type: this.pick(types), priority: this.pick(priorities), ...this.pick(audiences),
      ...(group ? { group_key: group } : {}),
    };
  }

  keep(row) { this.rows.unshift({ row, read: new Set(), removed: new Set() }); }

  entitled(who, { user_id, role, store_id }) {
    if (user_id) return user_id === who.sub;
    return (!role || who.roles.includes(role)) && (!store_id || who.stores.includes(store_id));
  }

  /** What the user should see, newest first. */
  seen(who) {
    return this.rows.filter((x) => this.entitled(who, x.row) && !x.removed.has(who.sub));
  }

  async step() {
    const who = this.pick(this.users);
    const mine = this.seen(who);
    const kinds = {
      create: 3, batch: 1, event: 1, release: 1,
      ...(mine.length > 0 ? { read: 2, 'read many': 1, remove: 1 } : {}),
      'read all': 0.5, 'read here': 2, 'read all here': 0.3,
    };
    let at = this.random() * Object.values(kinds).reduce((x, y) => x + y);
    const kind = Object.keys(kinds).find((x) => (at -= kinds[x]) < 0);
    this.kinds.add(kind);
    await this[kind](who, mine);
    for (const x of this.users) await this.compare(x, kind);
  }

  async create() {
    const { status, body } = await this.engine.post(api, this.draft());
    assert.equal(status, 201);
    this.keep(body);
  }

  async batch() {
    const drafts = [this.draft(), this.draft(), this.draft()];
    const { body } = await this.engine.post(`${api}/batch`, { notifications: drafts });
    for (const [i, id] of body.ids.entries()) this.keep({ role: null, store_id: null, user_id: null, group_key: null, ...drafts[i], id });
  }

  async event(who) {
    const { body } = await this.engine.post('/api/v1/events', { type: 'stock.low', recipient: who.sub, data: { title: '库存预警', message: 'm' } });
    assert.deepEqual(body.deliveries.map((x) => [x.channel, x.status]), [['system', 'delivered']]);
    this.keep({ id: body.deliveries[0].notification_id, user_id: who.sub, type: 'info', priority: 'normal', group_key: null });
  }

  /** One for later: it is in no list until its device is told. */
  async release() {
    const who = this.users[0];
    const deliver_at = new Date(Date.now() + 150).toISOString();
    const { body } = await this.engine.post(api, { title: 't', message: 'm', user_id: who.sub, deliver_at });
    assert.equal(body.seq, null);
    let told;
    do told = await this.device.next(); while (told.id !== body.id);
    this.keep(told);
  }

  async read(who, mine) {
    const x = this.pick(mine);
    assert.equal((await this.engine.put(`${api}/${x.row.id}/read`, undefined, who.token)).status, 200);
    x.read.add(who.sub);
  }

  async 'read many'(who, mine) {
    const some = mine.filter(() => this.random() < 0.3);
    const fresh = some.filter((x) => !x.read.has(who.sub)).length;
    const { body } = await this.engine.put(`${api}/read`, { ids: some.map((x) => x.row.id) }, who.token);
    assert.equal(body.count, fresh);
    for (const x of some) x.read.add(who.sub);
  }

  async 'read all'(who, mine) {
    const { body } = await this.engine.put(`${api}/read-all`, undefined, who.token);
    assert.equal(body.count, mine.filter((x) => !x.read.has(who.sub)).length);
    for (const x of mine) x.read.add(who.sub);
  }

  async 'read here'() {
    const [who] = this.users;
    const mine = this.seen(who).filter((x) => !x.read.has(who.sub));
    if (mine.length === 0) return;
    const x = this.pick(mine);
    this.device.send({ event: 'notification:read', data: { notificationId: x.row.id } });
    assert.equal((await this.device.event('notification:read:ack')).notificationId, x.row.id);
    x.read.add(who.sub);
  }

  async 'read all here'() {
    const [who] = this.users;
    const unread = this.seen(who).filter((x) => !x.read.has(who.sub));
    if (unread.length === 0) return;
    this.device.send({ event: 'notification:read-all' });
    assert.equal((await this.device.event('unread_count')).unread_count, 0);
    for (const x of unread) x.read.add(who.sub);
  }

  async remove(who, mine) {
    const x = this.pick(mine);
    assert.equal((await this.engine.delete(`${api}/${x.row.id}`, who.token)).status, 200);
    x.removed.add(who.sub);
  }

  /** Every read there is, each beside what the model says. */
  async compare(who, kind) {
    const mine = this.seen(who);
    const unread = mine.filter((x) => !x.read.has(who.sub));
    const get = async (path) => (await this.engine.get(`${api}${path}`, who.token)).body;
    const ids = (list) => list.map((x) => x.id);
    const modelled = (list) => list.slice(0, 100).map((x) => x.row.id);
    const of = (list) => list.filter((x) => x.seq > this.floor);
    const [all, fresh, count, stats, folded] = await Promise.all([
      get('?limit=100'), get('?limit=100&is_read=false'), get('/unread-count'), get('/stats'), get('?limit=100&fold=group'),
    ]);
    const why = `after ${kind} for ${who.sub}`;
    assert.deepEqual(ids(of(all)), modelled(mine), why);
    assert.deepEqual(of(all).map((x) => x.is_read), mine.slice(0, 100).map((x) => x.read.has(who.sub)), why);
    assert.deepEqual(ids(fresh), modelled(unread), why);
    assert.equal(count.unread_count, unread.length, why);
    assert.equal(stats.unread, unread.length, why);
    this.compareStats(mine, all, stats, why);
    this.compareGroups(who, mine, of(folded), why);
    if (mine.length > 0) assert.equal((await get(`/${mine[0].row.id}`)).is_read, mine[0].read.has(who.sub), why);
  }

  compareStats(mine, all, stats, why) {
    const old = all.filter((x) => x.seq <= this.floor);
    const wanted = { by_type: counts(types), by_priority: counts(priorities) };
    for (const x of [...mine.map((y) => y.row), ...old]) {
      wanted.by_type[x.type] += 1;
      wanted.by_priority[x.priority] += 1;
    }
    assert.ok(all.length < 100, 'the walk stays on one page');
    assert.deepEqual({ by_type: stats.by_type, by_priority: stats.by_priority }, wanted, why);
    assert.equal(stats.total, mine.length + old.length, why);
  }

  compareGroups(who, mine, folded, why) {
    const wanted = [];
    for (const x of mine) {
      const unread = x.read.has(who.sub) ? 0 : 1;
      const lead = x.row.group_key && wanted.find((y) => y[1] === x.row.group_key);
      if (lead) {
        lead[2] += 1;
        lead[3] += unread;
      } else {
        wanted.push([x.row.id, x.row.group_key, 1, unread]);
      }
    }
    assert.deepEqual(folded.map((x) => [x.id, x.group_key, x.group_count, x.group_unread_count]), wanted, why);
  }
}
