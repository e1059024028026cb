// Templates filled by the engine's own Handlebars and by the handlebars package, compared.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import Handlebars from 'handlebars';

const program = process.env.CARILLON_RENDER_JSON;
const seed = Number(process.env.CARILLON_TEST_SEED ?? Date.now() % 1_000_000);
const pairs = 2500;

/** A small generator of numbers, so that a run can be repeated from its seed. */
function randomFrom(start) {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(seed);
const below = (n) => Math.floor(random() * n);
const one = (...of) => of[below(of.length)];
const often = (chance, make, otherwise) => (random() < chance ? make() : otherwise());

const names = ['a', 'b', 'c', 'name', 'list', 'map', 'flag', 'zero', 'none', 'deep'];
// Handlebars makes {} of a null that a block is in, so there is none in the data.
const scalars = () => one(
  0, 1, -1, 42, 1.5, -0.25, 0.1, 1e21, 1e-7, 123456789012, 3.0, 5e-324, 1.7976931348623157e308, 0.000001, 123456.789e3,
  true, false, '', 'x', 'Ann & Bob', '<b>"q"</b>', "it's `=`", '订单 123', ' spaced ', 'two\nlines', 'x😀',
);

function anything(depth) {
  const kind = below(depth > 3 ? 2 : 5);
  if (kind < 2) return scalars();
  if (kind === 2) return Array.from({ length: below(4) }, () => anything(depth + 1));
  return Object.fromEntries(Array.from({ length: below(5) }, () => [one(...names, '10', '2', 'with space'), anything(depth + 1)]));
}

const data = () => ({ ...Object.fromEntries(names.filter(() => random() < 0.9).map((x) => [x, anything(1)])) });

const path = () => often(0.1, () => one('this', '.', '@root.a', '@index', '@key', '@first', '@last', '@../index', '@root.map.name'), () => {
  const up = often(0.2, () => '../'.repeat(1 + below(2)), () => '');
  const first = often(0.1, () => 'this.', () => '');
  const rest = often(0.3, () => one('.', '/') + one(...names, '[10]', '[0]', 'length', '[with space]'), () => '');
  return (up || first) + one(...names) + rest;
});
const literal = () => one('"text"', "'it'", '1', '0', '-2.5', 'true', 'false', 'null', 'undefined', '"<"');
const operand = (depth) => often(0.15, literal, () => often(depth < 2 ? 0.15 : 0, () => `(${one(`eq ${operand(depth + 1)} ${operand(depth + 1)}`, `default ${operand(depth + 1)} ${literal()}`, `lookup ${operand(depth + 1)} ${operand(depth + 1)}`)})`, path));
const strip = () => often(0.1, () => '~', () => '');
const open = () => '{{' + strip();
const close = () => strip() + '}}';
const words = () => one('text', ' ', '\n', '  \n', '\n\n', ' a ', 'b\n', '  ', '\r\n', 'é 。', '\t', 'one\n two\n', '', '(', ' } (');

function output() {
  return often(0.15, () => `${open()}${one(`default ${operand(0)} ${literal()}`, `eq ${operand(0)} ${operand(0)}`, `lookup ${path()} ${operand(0)}`)}${close()}`, () =>
    often(0.2, () => `{{{${path()}}}}`, () => often(0.1, () => `${open()}&${path()}${close()}`, () => `${open()}${path()}${close()}`)));
}

function block(depth) {
  const inside = () => sequence(depth + 1);
  const kind = one('if', 'unless', 'each', 'with', 'section', 'inverted');
  const otherwise = () => often(0.4, () => `${open()}${one('else', '^', ' else ')}${close()}${inside()}`, () => '');
  if (kind === 'section' || kind === 'inverted') {
    const name = one(...names, 'this', 'map.a', '../list');
    return `${open()}${kind === 'section' ? '#' : '^'}${name}${close()}${inside()}${otherwise()}${open()}/${name}${close()}`;
  }
  const chain = kind === 'if' ? often(0.25, () => `${open()}else if ${operand(1)}${close()}${inside()}${often(0.3, () => `${open()}else if ${operand(1)}${close()}${inside()}`, () => '')}`, () => '') : '';
  const more = kind === 'if' && random() < 0.1 ? ' includeZero=true' : '';
  const parameters = kind === 'each' && random() < 0.15 ? ' as |item k|' : kind === 'with' && random() < 0.15 ? ' as |item|' : '';
  const first = parameters ? `{{item}}{{item.name}}${kind === 'each' ? '{{k}}' : ''}` : '';
  return `${open()}#${kind} ${operand(0)}${more}${parameters}${close()}${first}${inside()}${chain}${otherwise()}${open()}/${kind}${close()}`;
}

const partial = () => `${open()}> ${one('simple', 'lines', 'blocks')}${often(0.3, () => ` ${path()}`, () => '')}${often(0.3, () => ` b=${path()}`, () => '')}${close()}`;
const comment = () => one('{{! a }}', '{{!-- a }} b --}}', '{{~! a ~}}', '{{!-- a --~}}');
const escape = () => one('\\{{a}}', '\\\\{{a}}');

function sequence(depth) {
  let out = '';
  for (let n = 1 + below(depth === 0 ? 6 : 3); n > 0; --n) {
    out += words();
    out += often(depth < 4 ? 0.3 : 0, () => block(depth), () => often(0.1, partial, () => often(0.1, comment, () => often(0.03, escape, output))));
    out += words();
  }
  return out;
}

// Values over several lines are not indented in ours, as mustache wants it, so partials print none.
const partials = { simple: '<{{@root.flag.length}}>', lines: 'one\n{{b.length}}\n\ntwo\n', blocks: '{{#if flag}}\n yes\n{{else}}\n no\n{{/if}}' };

// It warns of names that lists inherit, such as map, and passes over them.
Handlebars.logger.level = 4;
// Without this it adds up numbers that begin a block and stand side by side.
Handlebars.JavaScriptCompiler.prototype.forceBuffer = true;
Handlebars.registerHelper('default', (v, w) => (v === null || v === undefined || v === '' ? w : v));
Handlebars.registerHelper('eq', (a, b) => a === b);
// Half of a character, which UTF-8 cannot write, is nothing in ours.
const { lookup } = Handlebars.helpers;
Handlebars.registerHelper('lookup', (...given) => {
  const found = lookup(...given);
  return typeof found === 'string' && /\p{Surrogate}/u.test(found) ? undefined : found;
});

/** What the package makes of it; nothing where it throws. */
function theirs({ template, data, html }) {
  const each = Object.fromEntries(Object.entries(partials).map(([name, source]) => [name, Handlebars.compile(source, { noEscape: !html })]));
  try {
    return Handlebars.compile(template, { noEscape: !html })(data, { partials: each });
  } catch (why) {
    return { error: why.message };
  }
}

test(`${pairs} generated templates are filled as by handlebars (seed ${seed})`, () => {
  const cases = Array.from({ length: pairs }, () => ({ template: sequence(0), data: data(), partials, html: random() < 0.7 }));
  const ran = spawnSync(program, { input: cases.map((x) => JSON.stringify(x)).join('\n') + '\n', encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.equal(ran.status, 0, ran.stderr);
  const ours = ran.stdout.trim().split('\n').map((x) => JSON.parse(x));
  assert.equal(ours.length, cases.length);
  let compared = 0;
  let wrong = 0;
  for (const [i, asked] of cases.entries()) {
    const wanted = theirs(asked);
    if (wanted.error !== undefined && ours[i].error !== undefined) continue;
    ++compared;
    if (ours[i].text === wanted) continue;
    if (++wrong < 4) console.log(JSON.stringify({ template: asked.template, data: JSON.stringify(asked.data).slice(0, 600), html: asked.html, wanted, ours: ours[i] }, null, 1));
  }
  assert.equal(wrong, 0);
  assert.ok(compared >= 2000, `only ${compared} pairs could be compared`);
});
