// The program from the outside: subcommands, exit codes, the demo.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Engine, admin, binary, freePort, jwt, run, secret, user } from './harness/engine.mjs';
import { Live } from './harness/live.mjs';

const directory = mkdtempSync('/tmp/carillon-cli-');
let engine;
before(async () => {
  engine = await Engine.start({ config: '[channels.log]\ntype = "log"\n[[routes]]\nevent = "order.*"\nchannels = ["system", "log"]\n' });
});
after(async () => {
  await engine.discard();
  rmSync(directory, { recursive: true });
});

const written = (name, text) => {
  writeFileSync(`${directory}/${name}`, text);
  return `${directory}/${name}`;
};

test('every subcommand has help', () => {
  for (const args of [[], ['serve'], ['migrate'], ['check'], ['token'], ['send'], ['tail'], ['deliveries', 'list'], ['deliveries', 'show'], ['dead-letters', 'list'], ['config', 'default']]) {
    const { status, stdout } = run([...args, '--help']);
    assert.equal(status, 0, args.join(' '));
    assert.match(stdout, /Usage|OPTIONS|Options/, args.join(' '));
  }
});

test('wrong usage exits 2', () => {
  for (const args of [['dance'], ['serve', '--dance'], ['token'], []]) assert.equal(run(args).status, 2, args.join(' '));
});

test('a mistyped command is named with the one that was meant', () => {
  assert.match(run(['serv']).stderr, /^serv: there is no such command; did you mean serve\?/);
  assert.match(run(['deliveries', 'lst']).stderr, /^lst: there is no such command; did you mean list\?/);
  assert.match(run([]).stderr, /subcommand is required/);
});

test('a token is minted for a user id and nothing else', () => {
  for (const sub of ['', 'a\nb', 'x'.repeat(129)]) {
    const { status, stdout, stderr } = run(['token', '--config', engine.file, '--sub', sub]);
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /--sub/);
  }
});

test('a command for another node asks for a token where it can mint none', () => {
  const { status, stderr } = run(['send', '--config', written('tokenless.toml', ''), '--title', 't', '--message', 'm']);
  assert.equal(status, 2);
  assert.match(stderr, /--token/);
});

test('check says one line of a database that is away', async () => {
  const { status, stdout } = run(['check', '--config', engine.file, '--set', `storage.url=postgresql://u@127.0.0.1:${await freePort()}/x`]);
  assert.equal(status, 1);
  const lines = stdout.trimEnd().split('\n');
  for (const line of lines) assert.match(line, /^(ok|fail|skip) \S+ \S+ ./);
  assert.match(lines.at(-1), /^fail database postgresql/);
});

test('serve refuses to start without a secret', () => {
  const { status, stderr } = run(['serve', '--config', written('empty.toml', '')]);
  assert.equal(status, 2);
  assert.match(stderr, /auth\.jwt_secret/);
});

test('every fault of the configuration is told with file, line and key', () => {
  const file = written('bad.toml', `[auth]\njwt_secret = "${secret}"\n[server]\nlissen = "x"\n[channels.a]\ntype = "pigeon"\n[channels.b]\ntype = "webhook"\nurl = "\${CARILLON_NO_SUCH_NAME}"\n`);
  const { status, stderr } = run(['check', '--config', file]);
  assert.equal(status, 2);
  assert.match(stderr, /bad\.toml:4.*lissen.*listen/s);
  assert.match(stderr, /bad\.toml:6.*pigeon/s);
  assert.match(stderr, /bad\.toml:9.*CARILLON_NO_SUCH_NAME/s);
  assert.ok(!stderr.includes(secret));
});

test('a level of the log goes by either name of a warning, and others are told what there is', () => {
  const check = (level) => run(['check', '--set', `auth.jwt_secret=${secret}`, '--set', `storage.url=sqlite://${directory}/l.db`, '--set', `log.level=${level}`]);
  for (const level of ['trace', 'debug', 'info', 'warn', 'warning', 'error']) assert.equal(check(level).status, 0, level);
  for (const level of ['WARNING', 'fatal', '2', '']) {
    const { status, stderr } = check(level);
    assert.equal(status, 2, level);
    assert.match(stderr, /log\.level: must be one of: trace debug info warn warning error/);
  }
});

test('the default configuration is accepted once a secret is set', () => {
  const { status, stdout } = run(['config', 'default']);
  assert.equal(status, 0);
  const file = written('default.toml', stdout);
  const checked = run(['check', '--config', file, '--set', `auth.jwt_secret=${secret}`, '--set', `storage.url=sqlite://${directory}/check.db`]);
  assert.equal(checked.status, 0, checked.stderr + checked.stdout);
});

test('flag wins over environment over file over default', () => {
  const file = written('layers.toml', `[auth]\njwt_secret = "from the file, and it is long enough"\n`);
  const minted = (args, env) => run(['token', '--sub', 'x', '--config', file, ...args], { env }).stdout.trim();
  const signedWith = (token, key) => jwt(JSON.parse(Buffer.from(token.split('.')[1], 'base64url')), { key, header: JSON.parse(Buffer.from(token.split('.')[0], 'base64url')) }).split('.')[2] === token.split('.')[2];
  assert.ok(signedWith(minted([], {}), 'from the file, and it is long enough'));
  const env = { CARILLON_AUTH__JWT_SECRET: 'from the environment, long enough too' };
  assert.ok(signedWith(minted([], env), env.CARILLON_AUTH__JWT_SECRET));
  assert.ok(signedWith(minted(['--set', 'auth.jwt_secret=from the flag, which is long enough'], env), 'from the flag, which is long enough'));
});

test('token prints a token and nothing else, and the engine takes it', async () => {
  const { status, stdout, stderr } = run(['token', '--config', engine.file, '--sub', 'minted', '--role', 'cook', '--role', 'baker', '--store', 's1', '--scope', 'publish', '--ttl', '10m']);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const claims = JSON.parse(Buffer.from(stdout.split('.')[1], 'base64url'));
  assert.ok(Math.abs(claims.exp - Date.now() / 1000 - 600) < 10);
  const { status: posted } = await engine.post('/api/v1/notifications', { title: 't', message: 'm', role: 'baker' }, stdout.trim());
  assert.equal(posted, 201);
});

test('migrate prints what it applied, once', () => {
  const args = ['migrate', '--set', `auth.jwt_secret=${secret}`, '--set', `storage.url=sqlite://${directory}/m.db`];
  const first = run(args);
  assert.equal(first.status, 0, first.stderr);
  assert.match(first.stdout, /0001_/);
  const second = run(args);
  assert.equal(second.status, 0);
  assert.doesNotMatch(second.stdout, /0001_/);
});

test('check says a line for the database and each channel', () => {
  const { status, stdout } = run(['check', '--config', engine.file, '--set', `storage.url=sqlite://${directory}/c.db`]);
  assert.equal(status, 0);
  assert.match(stdout, /^ok \S+ sqlite/m);
  assert.match(stdout, /^(ok|skip) log log/m);
  const bad = run(['check', '--config', engine.file, '--set', 'storage.url=sqlite:///no/such/directory/c.db']);
  assert.equal(bad.status, 1);
  assert.match(bad.stdout, /^fail/m);
});

test('send posts and tail follows', async () => {
  const tail = spawn(binary, ['tail', '--config', engine.file, '--user', 'tailed'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = new Promise((resolve) => {
    let text = '';
    tail.stdout.on('data', (x) => { text += x; if (text.includes('\n')) resolve(text.split('\n')[0]); });
  });
  let online = [];
  while (!online.some((x) => x.user_id === 'tailed')) online = (await engine.get('/api/v1/admin/sessions')).body.items;
  const sent = run(['send', '--config', engine.file, '--title', '库存预警', '--message', '5kg', '--user', 'tailed', '--type', 'warning', '--priority', 'high']);
  assert.equal(sent.status, 0, sent.stderr);
  const got = JSON.parse(await line);
  assert.deepEqual([got.title, got.type, got.priority], ['库存预警', 'warning', 'high']);
  tail.kill();
  const event = run(['send', '--config', engine.file, '--event', 'order.paid', '--user', 'tailed', '--data', '{"title":"t"}']);
  assert.equal(event.status, 0, event.stderr);
  assert.match(event.stdout, /^accepted evt-.*\n {2}delivered system -\n {2}\w+ log dlv-/);
  const listed = run(['deliveries', 'list', '--config', engine.file]);
  assert.equal(listed.status, 0, listed.stderr);
  assert.match(listed.stdout, /dlv-/);
});

test('tail follows the user it names, whoever\'s token is at hand', async () => {
  const env = { CARILLON_TOKEN: admin };
  const tail = spawn(binary, ['tail', '--config', engine.file, '--user', 'named'], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } });
  let online = [];
  while (!online.some((x) => x.user_id === 'named')) online = (await engine.get('/api/v1/admin/sessions')).body.items;
  tail.kill();
  const url = `http://127.0.0.1:${engine.port}`;
  const foreign = run(['tail', '--url', url, '--user', 'named'], { env });
  assert.equal(foreign.status, 2);
  assert.match(foreign.stderr, /the token is that of .*only named may see/);
  const service = run(['tail', '--url', url, '--user', 'named', '--token', 'no-jwt']);
  assert.equal(service.status, 2);
  assert.match(service.stderr, /the token is no user's/);
});

test('check and serve refuse files that are not there, before anything is made', () => {
  const database = `${directory}/untouched.db`;
  const file = written('files.toml', `[auth]\njwt_public_key_file = "/no/such.pem"\n[outbound]\nca_file = "/no/ca.pem"\n[server]\ntls_certificate = "/no/cert.pem"\ntls_key = "/no/key.pem"\n[storage]\nurl = "sqlite://${database}"\n`);
  for (const command of ['check', 'serve']) {
    const { status, stderr } = run([command, '--config', file]);
    assert.equal(status, 2, command);
    for (const at of ['2: auth.jwt_public_key_file', '4: outbound.ca_file', '6: server.tls_certificate', '7: server.tls_key'])
      assert.ok(stderr.includes(`files.toml:${at}: the file /no/`), stderr);
  }
  assert.ok(!existsSync(database));
  const nowhere = run(['serve', '--set', `auth.jwt_secret=${secret}`, '--set', 'storage.url=sqlite:///no/such/directory/c.db']);
  assert.equal(nowhere.status, 2);
  assert.match(nowhere.stderr, /storage\.url: \/no\/such\/directory\/c\.db cannot be made/);
});

test('a taken port exits 1 and names it and its key', () => {
  for (const more of [['--set', `storage.url=sqlite://${directory}/p.db`], []]) {
    const { status, stderr } = run(['serve', '--config', engine.file, ...more]);
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`${engine.port}`));
    assert.match(stderr, /server\.listen/);
  }
});

test('a node on any free port says which, and shows its metrics from the start', async () => {
  const node = await Engine.start({ args: ['--set', 'server.listen=127.0.0.1:0'] });
  const [, port] = node.log.match(/listening on 127\.0\.0\.1:(\d+),/);
  const shown = (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).split('\n');
  for (const series of ['carillon_spooled', 'carillon_cluster_peers', ...['ingress', 'persistence', 'presence'].flatMap((x) => ['restarts_total', 'mailbox_depth'].map((name) => `carillon_${name}{actor="${x}"}`)), 'carillon_restarts_total{actor="session"}'])
    assert.ok(shown.includes(`${series} 0`), series);
  await node.discard();
});

test('a second process on the same database exits 1', { timeout: 30_000 }, async () => {
  const { status, stderr } = run(['serve', '--config', engine.file, '--set', `server.listen=127.0.0.1:${await freePort()}`]);
  assert.equal(status, 1);
  assert.match(stderr, /carillon/);
});

test('the demo prints a curl line that works and keeps its secret to itself', async () => {
  const port = await freePort();
  const demo = spawn(binary, ['serve', '--demo', '--set', `server.listen=127.0.0.1:${port}`], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  const ready = new Promise((resolve) => {
    for (const stream of [demo.stdout, demo.stderr])
      stream.on('data', (x) => { said += x; if (/listening/.test(said) && /^curl [^\n]*\n/m.test(said)) resolve(); });
  });
  await ready;
  const live = await Live.open({ live: `ws://127.0.0.1:${port}/api/v1/ws` }, said.match(/ws:\/\/\S+token=([\w.-]+)/)[1]);
  const line = said.match(/^curl [^\n]*$/m)[0];
  const curl = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
  assert.equal(curl.status, 0, curl.stderr);
  const pushed = await live.next();
  assert.deepEqual([pushed.title, pushed.message], ['库存预警', '鸡肉库存不足,当前库存: 5kg,请及时补货']);
  demo.kill('SIGTERM');
  assert.equal((await live.closed).code, 1001);
  const files = spawnSync('find', [`${directory}/var`, '-type', 'f'], { encoding: 'utf8' }).stdout.trim().split('\n');
  const kept = files.filter((x) => /secret/.test(x));
  assert.equal(kept.length, 1);
  assert.equal(statSync(kept[0]).mode & 0o077, 0);
  assert.ok(!said.includes(readFileSync(kept[0], 'utf8').trim()));
});

test('SIGHUP applies new routes and keeps the old ones when the file is wrong', async () => {
  const text = readFileSync(engine.file, 'utf8');
  const made = async () => (await engine.post('/api/v1/events', { type: 'fresh.event', data: {} })).body.deliveries.length;
  assert.equal(await made(), 0);
  writeFileSync(engine.file, `${text}\n[[routes]]\nevent = "fresh.*"\nchannels = ["log"]\n`);
  engine.child.kill('SIGHUP');
  await engine.logged(/reload/i);
  while (await made() === 0);
  writeFileSync(engine.file, `${text}\n[nonsense]\n`);
  engine.log = '';
  engine.child.kill('SIGHUP');
  await engine.logged(/nonsense/);
  assert.equal(await made(), 1);
  writeFileSync(engine.file, text);
});

test('a user of the engine is told nothing of the operator\'s', async () => {
  assert.equal((await engine.get('/api/v1/admin/deliveries', user('x'))).status, 403);
});
