// A client that comes and goes gets everything it is entitled to once, in order, whatever happens
// meanwhile. The rounds are random; CARILLON_TEST_SEED repeats a run.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Engine, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';

const rounds = 100;
const missed = 50;

/** Mulberry32: small, seeded, good enough to choose by. */
function randomness(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return { below, one: (list) => list[below(list.length)] };
}

const people = [
  { sub: 'ana', roles: ['cook'], stores: ['s1'] },
  { sub: 'ben', roles: ['cook', 'waiter'], stores: [] },
  { sub: 'eva', roles: [], stores: ['s1', 's2'] },
  { sub: 'kim', roles: [], stores: [] },
];

const audiences = [
  ...people.map((x) => ({ user_id: x.sub })),
  { user_id: 'somebody-else' },
  { role: 'cook' }, { role: 'waiter' }, { store_id: 's1' }, { store_id: 's2' },
  { role: 'cook', store_id: 's1' }, {},
];

const entitled = (who, to) => (to.user_id
  ? to.user_id === who.sub
  : (!to.role || who.roles.includes(to.role)) && (!to.store_id || who.stores.includes(to.store_id)));

/** One person's client: remembers the last `seq` it saw and resumes from there. */
class Client {
  constructor(who) {
    this.who = who;
    this.token = user(who.sub, { roles: who.roles, store_ids: who.stores });
    this.since = 0;
    this.got = [];
  }

  async open(engine, protocol) {
    this.protocol = protocol;
    this.live = await Live.open(engine, this.token, { since: this.since, protocol });
    if (!protocol) return;
    const hello = await this.live.next();
    assert.deepEqual([hello.event, hello.data.seq], ['hello', this.since]);
  }

  /** The next notification; nothing else may come. */
  async next() {
    const frame = await this.live.next();
    if (this.protocol) assert.equal(frame.event, 'notification', JSON.stringify(frame));
    const what = this.protocol ? frame.data : frame;
    assert.ok(what.seq > this.since, `${what.seq} after ${this.since}`);
    this.since = what.seq;
    this.got.push(what.id);
  }

  /** Gone without a word; what was on its way is lost to it. */
  cut() {
    this.live.socket.terminate();
    return this.live.closed;
  }
}

export function resumeCases({ storage } = {}) {
  let engine;
  before(async () => { engine = await Engine.start({ storage: storage?.() }); });
  after(() => engine.discard());

  test(`${rounds} random rounds of missing ${missed} and resuming amid creates lose and repeat nothing`, async (t) => {
    const seed = Number(process.env.CARILLON_TEST_SEED ?? Date.now() % 1_000_000_000);
    t.diagnostic(`CARILLON_TEST_SEED=${seed}`);
    const { below, one } = randomness(seed);
    const clients = people.map((x) => new Client(x));
    const made = [];
    const create = async () => {
      const to = one(audiences);
      const { status, body } = await engine.post('/api/v1/notifications', { title: 't', message: 'm', ...to });
      assert.equal(status, 201);
      made.push({ id: body.id, seq: body.seq, to });
    };
    const some = (n) => Promise.all(Array.from({ length: n }, create));
    const wanted = (client) => made.filter((x) => entitled(client.who, x.to)).sort((a, b) => a.seq - b.seq).map((x) => x.id);

    for (let round = 0; round < rounds; ++round) {
      const client = one(clients);
      await some(missed);
      if (round % 10 === 4) await (round % 20 === 4 ? engine.kill() : engine.stop()).then(() => engine.launch());
      const creating = some(below(50));
      await client.open(engine, one([undefined, 'carillon.v1']));
      // Sometimes it goes again in the middle of what it missed.
      const due = wanted(client).length - client.got.length;
      if (below(3) === 0 && due > 0) {
        for (let n = below(due); n > 0; --n) await client.next();
        await client.cut();
        await client.open(engine, one([undefined, 'carillon.v1']));
      }
      await creating;
      await some(below(5));
      const all = wanted(client);
      while (client.got.length < all.length) await client.next();
      assert.deepEqual(client.got, all, `round ${round} of ${client.who.sub}`);
      await client.live.settled();
      assert.deepEqual(client.live.frames, [], `round ${round} of ${client.who.sub}`);
      await client.cut();
    }
    const sequences = made.map((x) => x.seq).sort((a, b) => a - b);
    assert.deepEqual(sequences, sequences.map((_, i) => i + 1), 'no hole in seq');
  });
}
