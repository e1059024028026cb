// What deliveries cost and what they leave alone: webhooks at full pace, a provider that hangs, and
// a large backlog.

import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { admin, secret } from '../system/harness/engine.mjs';
import { WebhookReceiver } from '../system/harness/receiver.mjs';

const load = process.env.CARILLON_BENCH;
const number = (name, fallback) => Number(process.env[`CARILLON_BENCH_${name}`] ?? fallback);

/** A load that is told what to do line by line and answers with lines. */
function converse(...args) {
  const child = spawn(load, ['--secret', secret, ...args.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the load ${args[0]} failed`);
    return value;
  };
  return { line, say: (text) => child.stdin.write(`${text}\n`), end: () => child.stdin.end() };
}

const hook = (name, port, more = '') => `[channels.${name}]\ntype = "webhook"\nurl = "http://127.0.0.1:${port}/"\n${more}`;
const route = (...channels) => `[[routes]]\nevent = "bench.*"\nchannels = ${JSON.stringify(channels)}\n`;

/** @param tools what the other figures are measured with */
export function deliveryFigures({ median, mib, pairs, ratio, row, say, startEngine }) {
  const middle = (all, name) => median(all.map((x) => x[name]));

  async function webhooks() {
    const seen = { together: [], store: [], drain: [] };
    for (let i = 0; i < pairs; ++i) {
      const generator = converse('webhooks', '--events', number('EVENTS', 20_000));
      const engine = await startEngine({ config: hook('hook', await generator.line(), 'concurrency = 64\n') + route('hook') });
      const figure = async (kind) => {
        const told = JSON.parse(await generator.line());
        say(told);
        seen[kind].push(told);
      };
      const order = (verb) => engine.post(`/api/v1/admin/channels/hook/${verb}`, undefined, admin);
      generator.say(`${engine.port} ${engine.child.pid}`);
      await figure('together');
      await order('pause');
      generator.say('store');
      await figure('store');
      generator.say('drain');
      await order('resume');
      await figure('drain');
      generator.end();
      await engine.discard();
    }
    const cpu = (kind) => middle(seen[kind], 'cpu_us_each').toFixed(1);
    row('webhook deliveries/s through one sender, concurrency 64, while posted', middle(seen.together, 'per_second'));
    row('  CPU of the engine for a POST and its delivery, µs', cpu('together'));
    row('  CPU of the engine for a POST alone, µs', cpu('store'));
    row('webhook deliveries/s of what is stored, nobody posts', middle(seen.drain, 'per_second'));
    row('  CPU of the engine for a delivery alone, µs', cpu('drain'));
  }

  /** Two engines take turns; the provider of one of the two channels of the second is sick all the while. */
  async function hanging() {
    const limit = number('HANGING_LIMIT', 1000);
    const generator = converse('hanging', '--seconds', number('HANGING_SECONDS', 40), '--pairs', pairs, '--rate', number('HANGING_RATE', 300), '--limit', limit);
    const patient = `rate = "${limit}/s"\nconcurrency = 16\ntimeout_seconds = 2\ncircuit_cooldown = "1s"\nretry = { backoff = "exponential", base = "1s", cap = "1s", max_attempts = 1000 }\n`;
    const engines = [];
    for (const ports of [await generator.line(), await generator.line()]) {
      const [port, other] = ports.split(' ');
      engines.push(await startEngine({ config: hook('hook', port, patient) + hook('other', other, 'concurrency = 16\n') + route('hook', 'other') }));
    }
    for (const engine of engines) generator.say(`${engine.port} ${engine.child.pid}`);
    const figure = async () => {
      const told = JSON.parse(await generator.line());
      say(told);
      return told;
    };
    const [well, sick] = [[], []];
    for (let i = 0; i < pairs; ++i) {
      well.push(await figure());
      sick.push(await figure());
    }
    const memory = (name) => engines.map(({ child }) => Math.round(mib(child.pid, name)));
    const resident = memory('VmRSS');
    generator.say('well');
    const [all_well, after] = [await figure(), await figure()];
    const most = memory('VmHWM');
    generator.end();
    for (const engine of engines) await engine.discard();
    if (after.most_in_a_second > limit) throw new Error(`${after.most_in_a_second} attempts in a second, of ${limit}`);
    if (!after.in_lane_order) throw new Error('what waited did not come in the order of the lanes');
    const changes = sick.map((x, i) => x.p99_ms / well[i].p99_ms);
    row('p99 of a POST, a provider hangs, beside all are well, ms', ...[sick, well].map((x) => middle(x, 'p99_ms').toFixed(2)), median(changes).toFixed(2), '<= 1.2');
    row('  cores used while the other engine has its turn', ...[well, sick].map((x) => middle(x, 'other_engine_cores').toFixed(3)));
    row('  p99 of a delivery on the other channel, from its POST, ms', ...[after, all_well].map((x) => x.other_p99_ms.toFixed(2)));
    row('  resident memory when the last is posted, MiB', ...resident.reverse());
    row('  most memory, MiB', ...most.reverse());
    row('  waited, and was delivered in lane order', after.waited);
    row('  seconds that took, at most so many a second', after.drained_s, after.most_in_a_second, '', `<= ${limit}`);
  }

  /** Writes so many more into the store of an engine that does not run. */
  function fill(engine, rows) {
    const done = spawnSync(load, ['backlog', '--url', engine.storage, '--rows', String(rows)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    if (done.status !== 0) throw new Error('the store could not be filled');
    say(JSON.parse(done.stdout));
  }

  /** One start: until it is ready and until its first delivery came, and the memory after a while. */
  async function start(engine, receiver, rows) {
    const [before, begun] = [receiver.requests.length, performance.now()];
    const first = receiver.count(before + 1).then(() => performance.now() - begun);
    await engine.launch();
    for (;;) if ((await engine.get('/readyz')).status === 200) break;
    const ready_ms = performance.now() - begun;
    const first_ms = await first;
    await receiver.count(before + 400);
    const { pid } = engine.child;
    const told = { figure: 'backlog', rows, ready_ms: Math.round(ready_ms), first_ms: Math.round(first_ms), resident_mib: Math.round(mib(pid, 'VmRSS')), peak_mib: Math.round(mib(pid, 'VmHWM')) };
    say(told);
    await engine.stop();
    return told;
  }

  async function backlog() {
    const sizes = [1000, number('BACKLOG', 1_000_000)];
    const receiver = await WebhookReceiver.start();
    const config = hook('hook', new URL(receiver.url).port, 'rate = "200/s"\n');
    const all = [];
    for (const rows of sizes) {
      const engine = await startEngine({ config });
      await engine.stop();
      fill(engine, rows);
      all.push({ engine, rows, seen: [] });
    }
    for (let i = 0; i < pairs; ++i)
      for (const { engine, rows, seen } of all) {
        seen.push(await start(engine, receiver, rows));
        fill(engine, 400 + 200);
      }
    await Promise.all([...all.map((x) => x.engine.discard()), receiver.close()]);
    const [small, large] = all.map((x) => x.seen);
    const compare = (what, name, wanted) => row(what, middle(large, name), middle(small, name), ratio(middle(large, name), middle(small, name)), wanted);
    compare(`start until ready, ${sizes[1]} waiting, beside ${sizes[0]}, ms`, 'ready_ms', '<= 1.2');
    compare('  until the first delivery came, ms', 'first_ms', '<= 1.2');
    compare('  resident memory, MiB', 'resident_mib', '<= 1.2');
    compare('  most memory, MiB', 'peak_mib', '<= 1.2');
  }

  return { webhooks, hanging, backlog };
}
