// Measures the engine and its peers on loopback, interleaved, and prints a line of JSON for each
// figure and a table with the ratios. Names on the command line choose what is measured.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { Engine, freshPostgresql, secret } from '../system/harness/engine.mjs';
import { deliveryFigures } from './delivery.mjs';
import { liveFigures, mib } from './live.mjs';
import { measureBullmq } from './peers/bullmq.mjs';
import { startNchan } from './peers/nchan.mjs';
import { render } from './render.mjs';

const load = process.env.CARILLON_BENCH;
const pairs = Number(process.env.CARILLON_BENCH_PAIRS ?? 5);
const table = [];

const say = (figure) => console.log(JSON.stringify(figure));
const median = (values) => values.slice().sort((a, b) => a - b)[Math.floor(values.length / 2)];
const row = (what, ours, peer, ratio, wanted) => table.push({ figure: what, carillon: ours, peer, ratio, wanted });

/** Runs a load to its end and returns its figure. */
function generate(target, ...args) {
  const done = spawnSync(load, ['--port', target.port, '--secret', secret, ...(target.nchan ? ['--nchan'] : []), ...args.map(String)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (done.status !== 0) throw new Error(`the load ${args[0]} failed`);
  const figure = JSON.parse(done.stdout.trim().split('\n').at(-1));
  say(figure);
  return figure;
}

const quiet = { server: 'max_connections_per_user = 20', config: '' };
const startEngine = (more = {}) => Engine.start({ ...quiet, ...more });

/** Nchan breaks off a connection now and then: such a run is made again. Nothing where it is absent. */
async function measuredPeer(measure, attempts = 3) {
  const nchan = await startNchan();
  if (!nchan) return undefined;
  try {
    return await measure({ ...nchan, nchan: true });
  } catch (error) {
    if (attempts === 1) throw error;
    console.log(`# Nchan broke off: ${error.message}`);
  } finally {
    await nchan.stop();
  }
  return measuredPeer(measure, attempts - 1);
}

/** Measures both, one after the other, `pairs` times; the peer may be absent. */
async function interleaved(measure) {
  const ours = [];
  const theirs = [];
  for (let i = 0; i < pairs; ++i) {
    const engine = await startEngine();
    ours.push(await measure({ port: engine.port, pid: engine.child.pid }));
    await engine.discard();
    const peer = await measuredPeer(measure);
    if (peer) theirs.push(peer);
  }
  if (theirs.length === 0) console.log('# Nchan is not installed (libnginx-mod-nchan): not measured');
  return { ours, theirs };
}

async function fanout() {
  for (const connections of [1000, 5000, 10_000])
    for (const inFlight of [1, 8]) {
      const rounds = Math.max(10, Math.round((inFlight === 1 ? 200_000 : 800_000) / connections));
      const { ours, theirs } = await interleaved((to) => generate(to, 'fanout', '--connections', connections, '--in-flight', inFlight, '--rounds', rounds));
      const [us, them] = [ours, theirs].map((x) => median(x.map((y) => y.per_second)));
      const wanted = connections === 10_000 ? `>= ${inFlight === 1 ? 1 : 3}` : '';
      row(`fan-out to ${connections}, ${inFlight} in flight, deliveries/s`, us, them, ratio(us, them), wanted);
      row('  p50 / p99, ms', pair(ours), pair(theirs));
      const wrong = ours.filter((x) => x.gaps || x.repeats || x.deliveries !== x.wanted);
      if (wrong.length > 0) throw new Error('a broadcast was lost or repeated');
    }
}

const ratio = (us, them) => (them ? (us / them).toFixed(2) : 'not measured');
const pair = (all) => (all.length ? `${median(all.map((x) => x.p50_ms)).toFixed(2)} / ${median(all.map((x) => x.p99_ms)).toFixed(2)}` : '');

async function latency() {
  const { ours, theirs } = await interleaved((to) => generate(to, 'latency', '--users', 5000, '--rate', 1000, '--seconds', 5));
  row('POST to socket at 1,000/s over 5,000 users, p50 / p99 ms', pair(ours), pair(theirs), '', 'p99 <= 10');
}

/** Resident bytes of a process and its children. */
function resident(pid) {
  const children = readdirSync('/proc').filter((x) => /^\d+$/.test(x)).filter((x) => {
    try {
      return readFileSync(`/proc/${x}/stat`, 'utf8').split(') ')[1].split(' ')[1] === String(pid);
    } catch {
      return false;
    }
  });
  return [pid, ...children].reduce((sum, x) => sum + Number(readFileSync(`/proc/${x}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) * 1024, 0);
}

/** What one idle connection adds, in KiB. */
async function idleCost(to, connections) {
  const before = resident(to.pid);
  const child = spawn(load, ['--port', to.port, '--secret', secret, ...(to.nchan ? ['--nchan'] : []), 'idle', '--connections', connections], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error('the idle load failed')));
  });
  const kib = (resident(to.pid) - before) / connections / 1024;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.stdin.end();
  await ended;
  const figure = { figure: 'idle', peer: to.nchan ? 'nchan' : 'carillon', connections, kib_per_connection: Number(kib.toFixed(2)) };
  say(figure);
  return figure;
}

async function memory() {
  const { ours, theirs } = await interleaved((to) => idleCost(to, 10_000));
  const [us, them] = [ours, theirs].map((x) => median(x.map((y) => y.kib_per_connection)));
  row('memory of an idle connection and its session, KiB', us, them, ratio(us, them), '<= 3');
  row('the same over TLS, KiB', await tlsMemory());
}

/** The generators speak no TLS: `ws` holds fewer connections here. */
async function tlsMemory() {
  const { Live } = await import('../system/harness/live.mjs');
  const { user } = await import('../system/harness/engine.mjs');
  const engine = await startEngine({ tls: true });
  const before = resident(engine.child.pid);
  const all = [];
  for (let i = 0; i < 1000; ++i) all.push(await Live.open(engine, user(`bench-${i}`), { options: { rejectUnauthorized: false } }));
  const kib = Number(((resident(engine.child.pid) - before) / all.length / 1024).toFixed(2));
  say({ figure: 'idle_tls', connections: all.length, kib_per_connection: kib });
  all.forEach((x) => x.socket.terminate());
  await engine.discard();
  return kib;
}

const stores = {
  sqlite: { count: (engine) => sql('sqlite3', engine.storage.slice('sqlite://'.length), 'select count(*) from notifications') },
  postgresql: { url: freshPostgresql, count: (engine) => sql('psql', '-tA', engine.storage, '-c', 'select count(*) from notifications') },
};
const sql = (...command) => Number(spawnSync(command[0], command.slice(1), { encoding: 'utf8' }).stdout);

/** Rows a second that the database itself commits for 64 who wait. */
function rawCommits(url) {
  const done = spawnSync(load, ['raw-commits', '--url', url, '--seconds', '3'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (done.status !== 0) throw new Error('the raw commits failed');
  const figure = JSON.parse(done.stdout);
  say(figure);
  return figure.per_second;
}

async function durable() {
  for (const [name, store] of Object.entries(stores)) {
    const singles = [];
    const raws = [];
    const batches = [];
    for (let i = 0; i < pairs; ++i) {
      const engine = await startEngine({ storage: store.url?.() });
      const single = generate({ port: engine.port }, 'durable', '--seconds', 3);
      const batch = generate({ port: engine.port }, 'durable', '--seconds', 3, '--batch', 100);
      const stored = store.count(engine);
      if (stored < single.accepted + batch.accepted) throw new Error(`${stored} rows are stored of ${single.accepted + batch.accepted} accepted`);
      await engine.stop();
      raws.push(rawCommits(engine.storage));
      await engine.discard();
      singles.push(single);
      batches.push(batch);
    }
    const us = median(singles.map((x) => x.per_second));
    row(`durable single POSTs/s, ${name}, beside raw group commit`, us, median(raws), ratio(us, median(raws)), '>= 0.4');
    row('  p50 / p99, ms', pair(singles));
    row(`durable rows/s in POSTs of 100, ${name}`, median(batches.map((x) => x.per_second)));
  }
  const jobs = await measureBullmq(3);
  if (jobs) say(jobs);
  else console.log('# BullMQ or Redis is not installed: not measured');
  row('BullMQ jobs/s on Redis, appendfsync always', '', jobs?.per_second ?? 'not measured');
}

const figures = {
  fanout, durable, latency, memory,
  render: () => render(say, row),
  ...deliveryFigures({ median, mib, pairs, ratio, row, say, startEngine }),
  ...liveFigures({ generate, median, pairs, ratio, row, say, startEngine }),
};
const chosen = process.argv.slice(2);
const unknown = chosen.filter((x) => !figures[x]);
if (unknown.length > 0) {
  console.error(`bench: no figure is called ${unknown.join(', ')}; there are ${Object.keys(figures).join(', ')}`);
  process.exit(2);
}
for (const name of chosen.length > 0 ? chosen : Object.keys(figures)) await figures[name]();
console.table(table);
