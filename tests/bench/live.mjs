// What stalled clients cost the others, and what each form of live stream costs beside plain mode.

import { readFileSync } from 'node:fs';

/** A figure of `/proc/PID/status` in MiB. */
export const mib = (pid, name) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(new RegExp(`${name}:\\s+(\\d+)`))[1]) / 1024;

/** @param tools what the other figures are measured with */
export function liveFigures({ generate, median, pairs, ratio, row, say, startEngine }) {
  const connections = Number(process.env.CARILLON_BENCH_CONNECTIONS ?? 10_000);
  const count = connections / 100;

  /** Broadcasts of 1 KiB to everybody who reads; the engine's memory before and at its most. */
  async function crowd(...more) {
    const engine = await startEngine();
    const { pid } = engine.child;
    const figure = generate({ port: engine.port }, 'fanout', '--pid', pid, '--frame-bytes', 1024, '--rounds', 120, '--connections', connections - count, ...more);
    const memory = { figure: 'memory', stalled: figure.stalled, peak_mib: Math.round(mib(pid, 'VmHWM')), after_mib: Math.round(mib(pid, 'VmRSS')) };
    say(memory);
    await engine.discard();
    if (figure.gaps || figure.repeats || figure.deliveries !== figure.wanted) throw new Error('a broadcast was lost or repeated');
    return { ...figure, ...memory };
  }

  async function stalled() {
    const [without, among] = [[], []];
    for (let i = 0; i < pairs; ++i) {
      without.push(await crowd());
      among.push(await crowd('--stalled', count));
    }
    const changes = among.map((x, i) => x.p99_ms / without[i].p99_ms);
    const [calm, busy] = [without, among].map((all) => median(all.map((x) => x.p99_ms)).toFixed(2));
    row(`p99 of a broadcast to ${connections - count}, ${count} more stalled, beside none, ms`, busy, calm, median(changes).toFixed(2), '<= 1.2');
    row('  stalled ones closed with 1013', Math.min(...among.map((x) => x.closed_1013)), '', '', String(count));
    row('  most memory, MiB', median(among.map((x) => x.peak_mib)), median(without.map((x) => x.peak_mib)));
  }

  async function forms() {
    const all = { plain: [], envelope: [], sse: [], socketio: [] };
    for (let i = 0; i < pairs; ++i)
      for (const [form, figures] of Object.entries(all)) {
        const engine = await startEngine();
        figures.push(generate({ port: engine.port }, 'fanout', '--pid', engine.child.pid, '--form', form, '--frame-bytes', 0, '--connections', connections / 5, '--in-flight', 8, '--rounds', 400));
        await engine.discard();
      }
    const of = (figures, name) => median(figures.map((x) => x[name]));
    for (const [form, figures] of Object.entries(all)) {
      const [rate, plain] = [figures, all.plain].map((x) => of(x, 'per_second'));
      row(`${form}: deliveries/s to ${connections / 5}, 8 in flight, beside plain`, rate, plain, ratio(rate, plain));
      const [cpu, least] = [figures, all.plain].map((x) => of(x, 'cpu_us_per_delivery').toFixed(2));
      row('  CPU of the engine for one, µs', cpu, least, ratio(cpu, least));
    }
  }

  return { stalled, forms };
}
