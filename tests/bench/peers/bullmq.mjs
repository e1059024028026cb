// BullMQ on a Redis of its own with `appendfsync always`: jobs added one by one by 64 who wait.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { freePort } from '../../system/harness/engine.mjs';
import { reachable } from './nchan.mjs';

/** Jobs a second; null where Redis or the package is not installed. */
export async function measureBullmq(seconds) {
  const library = await import('bullmq').catch(() => null);
  if (!library || !existsSync('/usr/bin/redis-server')) return null;
  const port = await freePort();
  const directory = mkdtempSync('/tmp/carillon-redis-');
  const redis = spawn('redis-server', ['--port', port, '--bind', '127.0.0.1', '--dir', directory, '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''], { stdio: 'ignore' });
  await reachable(port);
  const queue = new library.Queue('bench', { connection: { host: '127.0.0.1', port } });
  await queue.waitUntilReady();
  const start = performance.now();
  let added = 0;
  const add = async () => {
    for (; performance.now() - start < seconds * 1000; ++added)
      await queue.add('notification', { title: '库存预警', message: '鸡肉库存不足,当前库存: 5kg,请及时补货', type: 'warning', priority: 'high', user_id: `user-${added % 10_000}` });
  };
  await Promise.all(Array.from({ length: 64 }, add));
  const elapsed = (performance.now() - start) / 1000;
  await queue.close();
  await new Promise((resolve) => { redis.on('exit', resolve); redis.kill('SIGTERM'); });
  return { figure: 'durable', peer: 'bullmq', accepted: added, per_second: Math.round(added / elapsed) };
}
