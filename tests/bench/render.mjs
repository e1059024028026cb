// Renderings a second of the seeds' templates, beside handlebars (precompiled, warm) and kainjow's
// mustache where its language is enough.

import { spawnSync } from 'node:child_process';
import Handlebars from 'handlebars';

const load = process.env.CARILLON_BENCH;

const order = { orderNo: 'ORD-20260220-0001', productName: 'Pro Plan', amount: 1234.5, paymentProvider: 'stripe', userEmail: 'ann@example.com' };
const cases = [
  { name: 'one line', template: '商品 {{item_name}} 库存不足，当前库存: {{current_stock}}，请及时补货。', data: { item_name: '鸡肉', current_stock: 5 }, mustache: true },
  { name: 'conditions', template: 'Order {{orderNo}}{{#if productName}} ({{productName}}){{/if}} was paid{{#if paymentProvider}} through {{paymentProvider}}{{/if}}{{#if userEmail}} by {{userEmail}}{{/if}}.', data: order },
  { name: 'HTML part', html: true, mustache: true, template: '<p>Welcome, <b>{{username}}</b></p><p>Your account for {{email}} has been created. <a href="{{{loginUrl}}}">Sign in</a></p>', data: { username: 'Ann & Bob', email: 'ann@example.com', loginUrl: 'https://cloudphone.example.com/login' } },
];

/** Renderings a second of a precompiled, warm template. */
function handlebars({ template, data, html }, seconds) {
  const fill = Handlebars.template(new Function(`return ${Handlebars.precompile(template, { noEscape: !html })}`)());
  let text = '';
  for (const until = performance.now() + 300; performance.now() < until; ) for (let i = 0; i < 1000; ++i) text = fill(data);
  let count = 0;
  const begun = performance.now();
  for (; performance.now() - begun < seconds * 1000; count += 1000) for (let i = 0; i < 1000; ++i) text = fill(data);
  const took = performance.now() - begun;
  return { figure: 'render', peer: 'handlebars', per_second: Math.round((count / took) * 1000), ns: (took * 1e6) / count, text };
}

/** Measures all, interleaved; calls `say` with each figure and `row` with each line of the table. */
export function render(say, row, rounds = 3, seconds = 0.5) {
  const median = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
  for (const one of cases) {
    const seen = {};
    for (let i = 0; i < rounds; ++i) {
      const flags = [...(one.html ? ['--html'] : []), ...(one.mustache ? ['--kainjow'] : [])];
      const ran = spawnSync(load, ['render', '--seconds', String(seconds), ...flags], { input: JSON.stringify(one), encoding: 'utf8' });
      if (ran.status !== 0) throw new Error(`the load render failed: ${ran.stderr}`);
      const figures = [...ran.stdout.trim().split('\n').map((x) => JSON.parse(x)), handlebars(one, seconds)];
      for (const x of figures) {
        say({ ...x, case: one.name, text: undefined });
        if (x.per_second !== null) (seen[x.peer] ??= { rates: [] }).rates.push(x.per_second), (seen[x.peer].text = x.text);
      }
    }
    if (seen.carillon.text !== seen.handlebars.text) throw new Error(`${one.name}: not the text that handlebars makes`);
    const us = median(seen.carillon.rates);
    const peers = Object.entries(seen).filter(([name]) => name !== 'carillon').map(([name, x]) => [name, median(x.rates)]).sort((a, b) => b[1] - a[1]);
    row(`renderings/s, ${one.name} (${Math.round(1e9 / us)} ns)`, us, peers.map(([name, rate]) => `${name} ${rate}`).join(', '), (us / peers[0][1]).toFixed(2), '>= 5');
  }
}
