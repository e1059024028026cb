// A page with the client in it.

import { readFileSync } from 'node:fs';

const dist = new URL('../../../adapters/browser/client/dist/', import.meta.url);
const html = `<!doctype html><meta charset="utf-8"><title>inbox</title><link rel="icon" href="data:,">
<script type="module">
  import { CarillonClient } from '/client/index.js';
  window.CarillonClient = CarillonClient;
</script>`;

/** The page and the client's modules, for a gate to serve. */
export function pages(path) {
  if (path === '/') return { type: 'text/html', body: html };
  const [, file] = path.match(/^\/client\/(\w+\.js)$/) ?? [];
  return file && { type: 'text/javascript', body: readFileSync(new URL(file, dist)) };
}

/** Opens the page of this origin and connects its client; `options` go to the client. */
export async function inbox(browser, origin, token, options = {}) {
  const page = await browser.open(`${origin}/`);
  await page.run((text, more) => {
    const client = new window.CarillonClient({ url: '/', token: () => Promise.resolve(text), backoff: { base: 20, cap: 200 }, pollInterval: 200, ...more });
    Object.assign(window, { client, got: [], states: [], errors: [], waiting: [] });
    const look = () => { window.waiting = window.waiting.filter((x) => !x()); };
    client.on('notification', (x) => { window.got.push(x); look(); });
    client.on('state', (x) => { window.states.push(x.state); look(); });
    client.on('error', (x) => { window.errors.push(x.code); look(); });
    window.until = (holds) => new Promise((resolve) => {
      const check = () => holds() && (resolve(), true);
      if (!check()) window.waiting.push(check);
    });
    client.connect();
  }, token, options);
  return page;
}

/** Waits until so many notifications were heard and returns them all. */
export const heard = (page, n) => page.run((count) => window.until(() => window.got.length >= count).then(() => window.got), n);

export const inState = (page, state) => page.run((wanted) => window.until(() => window.client.state === wanted), state);
