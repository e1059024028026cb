// Kill -9 at random moments under load: nothing acknowledged is lost, nothing is sent again but
// what was in flight.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine, user } from './harness/engine.mjs';
import { WebhookReceiver } from './harness/receiver.mjs';

const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=';
const concurrency = 8;

/** What the producers of one round learned. */
class Round {
  constructor(engine, number) {
    Object.assign(this, { engine, number, notifications: [], deliveries: [], unanswered: 0, stopped: false });
  }

  get user() { return `round-${this.number}`; }

  async produce(worker) {
    for (let i = 0; !this.stopped; ++i) {
      const data = { order: `${this.number}/${worker}/${i}` };
      try {
        if (worker % 2) {
          const { status, body } = await this.engine.post('/api/v1/notifications', { title: 't', message: data.order, user_id: this.user });
          if (status === 201) this.notifications.push(body);
        } else {
          const { status, body } = await this.engine.post('/api/v1/events', { type: 'order.paid', entity_id: data.order, recipient: this.user, data });
          if (status === 202) this.deliveries.push(...body.deliveries);
        }
      } catch {
        ++this.unanswered;
        return;
      }
    }
  }

  /** Loads the engine, kills it at a random moment at which something is held in flight. */
  async run(receiver) {
    const workers = Array.from({ length: 8 }, (_, i) => this.produce(i));
    const before = receiver.requests.length;
    await receiver.count(before + 1 + Math.floor(Math.random() * 40));
    receiver.hold();
    await receiver.held(1 + Math.floor(Math.random() * concurrency));
    this.inFlight = receiver.holding.length;
    await this.engine.kill();
    this.stopped = true;
    receiver.release();
    await Promise.all(workers);
    return this.counts();
  }

  /** A round tells something only if it had all three. */
  counts() {
    return this.notifications.length + this.deliveries.length > 0 && this.unanswered > 0 && this.inFlight > 0;
  }

  async check(receiver) {
    const found = new Set();
    for (let path = '/api/v1/notifications?limit=100'; path;) {
      const { body, headers } = await this.engine.get(path, user(this.user));
      body.forEach((x) => found.add(x.id));
      path = headers.link?.match(/<([^>]+)>/)?.[1];
    }
    const inbox = this.deliveries.filter((x) => x.channel === 'system').map((x) => x.notification_id);
    for (const id of [...this.notifications.map((x) => x.id), ...inbox]) assert.ok(found.has(id), `${id} was acknowledged and is lost`);
    const sent = this.deliveries.filter((x) => x.channel === 'hook').map((x) => x.id);
    for (const id of sent) await receiver.count(1, (x) => x.id === id && x.status === 204);
  }
}

/** Of one kill: only what had no committed outcome came again, and no attempt came thrice. */
function atMostTheInFlight(requests) {
  const times = new Map();
  for (const { id, refused } of requests) {
    assert.ok(!refused, 'every attempt is signed');
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  const repeated = [...times.values()].filter((x) => x > 1);
  assert.ok(repeated.length <= concurrency, `${repeated.length} were repeated`);
  assert.ok(repeated.every((x) => x === 2), 'once at most');
}

async function start(receiver, storage) {
  return Engine.start({
    storage,
    config: `
[channels.hook]
type = "webhook"
url = "${receiver.url}"
secret = "${secret}"
concurrency = ${concurrency}
retry = "100ms"
[[routes]]
event = "order.*"
channels = ["system", "hook"]
`,
  });
}

/** A receiver that can keep requests waiting, and knows which. */
async function holdingReceiver() {
  const receiver = await WebhookReceiver.start({ secret });
  let open = true;
  let wake = [];
  receiver.holding = [];
  receiver.hold = () => { open = false; };
  receiver.release = () => { open = true; receiver.holding.splice(0).forEach((x) => x(204)); };
  receiver.held = async (n) => { while (receiver.holding.length < n) await new Promise((resolve) => wake.push(resolve)); };
  receiver.answer = () => {
    if (open) return 204;
    const later = new Promise((resolve) => receiver.holding.push(resolve));
    wake.splice(0).forEach((x) => x());
    return later;
  };
  return receiver;
}

export function durabilityCases({ rounds, storage }) {
  test(`${rounds} kills under load lose nothing that was acknowledged`, { timeout: 600_000 }, async () => {
    const receiver = await holdingReceiver();
    const engine = await start(receiver, storage?.());
    let counted = 0;
    for (let number = 0; counted < rounds; ++number) {
      assert.ok(number < rounds * 2, 'too many rounds told nothing');
      const round = new Round(engine, number);
      const told = await round.run(receiver);
      await engine.launch();
      await round.check(receiver);
      if (told) ++counted;
      atMostTheInFlight(receiver.requests.splice(0));
    }
    await engine.discard();
    await receiver.close();
  });
}
