// The real binary in a directory of its own, with a configuration of the test's.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Requester } from './requester.mjs';

export const binary = process.env.CARILLON_BINARY ?? 'build/release/carillon';
export const secret = 'a secret of the tests, longer than thirty-two bytes';

/** A port that was free a moment ago. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const base64url = (x) => Buffer.from(x).toString('base64url');

/** A JWT made here, not by the program under test. */
export function jwt(claims, { key = secret, header = { alg: 'HS256', typ: 'JWT' }, sign } = {}) {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const content = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify({ exp, ...claims }))}`;
  const signature = sign ? sign(content) : createHmac('sha256', key).update(content).digest('base64url');
  return `${content}.${signature}`;
}

export const user = (sub, claims = {}) => jwt({ sub, ...claims });
export const publisher = jwt({ sub: 'producer', scope: 'publish' });
export const admin = jwt({ sub: 'operator', scope: 'admin' });

/** A certificate for this directory's engine, and the keys that name it. */
function certificate(directory) {
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
    '-nodes', '-days', '1', '-subj', '/CN=localhost', '-keyout', `${directory}/key.pem`, '-out', `${directory}/cert.pem`]);
  if (made.status !== 0) throw new Error(made.stderr.toString());
  return `\ntls_certificate = "${directory}/cert.pem"\ntls_key = "${directory}/key.pem"`;
}

/** What a sanitizer, linked into the program under test, writes from its first finding on. */
const finding = /(WARNING: ThreadSanitizer|ERROR: (Address|Leak)Sanitizer|runtime error:)[^]*/;

const engines = new Set();
process.on('exit', () => engines.forEach((x) => x.child?.kill('SIGKILL')));

/** A suite that waits for ever ends just before CTest would kill it, and says what was logged last. */
function giveUp() {
  for (const x of engines) process.stderr.write(`${x.storage}\n${x.log.slice(-4000)}\n`);
  process.exit(1);
}
if (process.env.NODE_TEST_CONTEXT) setTimeout(giveUp, 290_000).unref();

export class Engine {
  /**
   * Starts `carillon serve` and waits until it is ready.
   * @param config TOML beside `[server] listen`, `[auth] jwt_secret` and `[storage] url`
   */
  static async start({ config = '', storage, binary: program = binary, env = {}, args = [], auth, server = '', directory, wrapper = [], tls = false } = {}) {
    const engine = new Engine();
    engine.directory = directory ?? mkdtempSync(join(tmpdir(), 'carillon-'));
    engine.port = await freePort();
    engine.program = program;
    engine.env = env;
    engine.args = args;
    engine.wrapper = wrapper;
    engine.findings = [];
    engine.storage = storage ?? `sqlite://${engine.directory}/carillon.db`;
    engine.scheme = tls ? 'https' : 'http';
    engine.configure(config, { auth, server: tls ? server + certificate(engine.directory) : server });
    await engine.launch();
    return engine;
  }

  configure(config, { auth = `jwt_secret = "${secret}"`, server = '' } = {}) {
    this.file = join(this.directory, 'carillon.toml');
    writeFileSync(this.file, `
[server]
listen = "127.0.0.1:${this.port}"
${server}
[auth]
${auth}
[storage]
url = "${this.storage}"
[log]
format = "json"
${config}
`);
  }

  /** Spawns the process again on the same directory and port. */
  async launch() {
    const [command, ...rest] = [...this.wrapper, this.program, 'serve', '--config', this.file, ...this.args];
    this.log = '';
    this.child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.env } });
    engines.add(this);
    let all = '';
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on('data', (x) => { all += x; this.log += x; this.onLog?.(); });
    this.exited = new Promise((resolve) => this.child.on('close', (code, signal) => {
      const [found] = all.match(finding) ?? [];
      if (found) {
        this.findings.push(found);
        process.stderr.write(found);
      }
      resolve({ code, signal });
    }));
    this.requester = new Requester(this.port, this.scheme === 'https');
    await this.logged(/listening/);
    return this;
  }

  /** Waits for a line of the log; fails where the engine ends without it. */
  logged(pattern) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.log.match(pattern);
        if (found) resolve(found);
        return Boolean(found);
      };
      if (look()) return;
      const before = this.onLog;
      this.onLog = () => { before?.(); look(); };
      this.exited.then(({ code, signal }) => {
        if (!look()) reject(new Error(`the engine ended with ${code ?? signal} and never logged ${pattern}:\n${this.log}`));
      });
    });
  }

  get url() { return `${this.scheme}://127.0.0.1:${this.port}`; }
  get live() { return `${this.url.replace('http', 'ws')}/api/v1/ws`; }

  /** One request; `{status, headers, body, text}`, the body parsed where it is JSON. */
  request(method, path, options) { return this.requester.request(method, path, options); }
  get(path, token = admin) { return this.request('GET', path, { token }); }
  post(path, body, token = publisher, headers = {}) { return this.request('POST', path, { body, token, headers }); }
  put(path, body, token) { return this.request('PUT', path, { body, token }); }
  delete(path, token) { return this.request('DELETE', path, { token }); }

  /** Value of one series of /metrics, 0 where it is absent. */
  async metric(series) {
    const { text } = await this.request('GET', '/metrics');
    const line = text.split('\n').find((x) => x.startsWith(`${series} `));
    return line ? Number(line.slice(series.length + 1)) : 0;
  }

  async stop() {
    this.child.kill('SIGTERM');
    return this.exited;
  }

  async kill() {
    this.child.kill('SIGKILL');
    return this.exited;
  }

  /** Ends it, in good order where the test left it running, and removes its directory. */
  async discard() {
    this.requester?.close();
    const running = this.child.exitCode === null && this.child.signalCode === null;
    const patience = setTimeout(() => this.child.kill('SIGKILL'), 60_000);
    const end = await (running ? this.stop() : this.exited);
    clearTimeout(patience);
    engines.delete(this);
    rmSync(this.directory, { recursive: true, force: true });
    assert.deepEqual(this.findings, []);
    if (running) assert.deepEqual(end, { code: 0, signal: null });
  }
}

/** Runs the program to its end; `{status, stdout, stderr}`. */
export function run(args, { input, env = {}, cwd } = {}) {
  return spawnSync(binary, args, { encoding: 'utf8', input, cwd, env: { ...process.env, ...env }, timeout: 60_000 });
}

/** A PostgreSQL database of its own on the server that `bin/test` started. */
export function freshPostgresql() {
  const server = process.env.CARILLON_TEST_POSTGRESQL;
  if (!server) throw new Error('CARILLON_TEST_POSTGRESQL is not set: bin/test starts a PostgreSQL server');
  const name = `t_${randomBytes(6).toString('hex')}`;
  const made = spawnSync('psql', [server, '-qc', `create database ${name}`], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.toString();
}
