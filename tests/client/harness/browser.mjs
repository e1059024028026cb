// Debian's Chromium without a window, driven over the DevTools protocol.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import WebSocket from 'ws';

const browsers = new Set();
process.on('exit', () => browsers.forEach((x) => x.child.kill('SIGKILL')));

export class Browser {
  static async start() {
    const browser = new Browser();
    browser.directory = mkdtempSync(join(tmpdir(), 'carillon-browser-'));
    browser.child = spawn('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
      '--disable-extensions', '--disable-background-networking', '--remote-debugging-port=0',
      `--user-data-dir=${browser.directory}`, 'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
    browsers.add(browser);
    browser.ended = new Promise((resolve) => browser.child.on('close', resolve));
    browser.socket = new WebSocket(await browser.#address());
    browser.last = 0;
    browser.calls = new Map();
    browser.listeners = new Map();
    browser.socket.on('message', (text) => browser.#arrived(JSON.parse(text)));
    await new Promise((resolve, reject) => browser.socket.on('open', resolve).on('error', reject));
    return browser;
  }

  /** Where it listens, which it says on its first lines. */
  #address() {
    return new Promise((resolve, reject) => {
      let said = '';
      this.child.stderr.on('data', (x) => {
        said += x;
        const found = said.match(/DevTools listening on (ws:\S+)/);
        if (found) resolve(found[1]);
      });
      this.child.on('error', reject);
      this.ended.then(() => reject(new Error(`chromium ended before it listened:\n${said}`)));
    });
  }

  #arrived({ id, sessionId, method, params, result, error }) {
    if (id === undefined) return this.listeners.get(sessionId)?.(method, params);
    const call = this.calls.get(id);
    this.calls.delete(id);
    return error ? call.reject(new Error(error.message)) : call.resolve(result);
  }

  /** One command of the DevTools protocol. */
  call(method, params = {}, sessionId = undefined) {
    const id = ++this.last;
    this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => this.calls.set(id, { resolve, reject }));
  }

  /** Opens a page and waits until it is loaded. */
  async open(url) {
    const { targetId } = await this.call('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.call('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, sessionId);
    await page.load(url);
    return page;
  }

  async close() {
    await this.call('Browser.close').catch(() => {});
    await this.ended;
    browsers.delete(this);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }
}

class Page {
  constructor(browser, sessionId) {
    Object.assign(this, { browser, sessionId, failures: [] });
    this.loaded = new Promise((resolve) => browser.listeners.set(sessionId, (method, params) => {
      if (method === 'Page.loadEventFired') resolve();
      if (method === 'Runtime.exceptionThrown') this.failures.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
    }));
  }

  async load(url) {
    for (const domain of ['Page', 'Runtime']) await this.browser.call(`${domain}.enable`, {}, this.sessionId);
    await this.browser.call('Page.navigate', { url }, this.sessionId);
    await this.loaded;
  }

  /** Runs a function of this file's reader in the page, with these arguments; its value comes back. */
  async run(what, ...args) {
    const expression = `(${what})(...${JSON.stringify(args)})`;
    const { result, exceptionDetails } = await this.browser.call('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true }, this.sessionId);
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }
}
