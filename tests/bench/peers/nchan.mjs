// Nchan (Debian's libnginx-mod-nchan): two workers, reuseport, 512 MiB, no log.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { freePort } from '../../system/harness/engine.mjs';

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find(existsSync);
const module = '/usr/lib/nginx/modules/ngx_nchan_module.so';

/** Starts it; null where Debian's packages are not installed. */
export async function startNchan() {
  if (!nginx || !existsSync(module)) return null;
  const directory = mkdtempSync('/tmp/carillon-nchan-');
  const port = await freePort();
  writeFileSync(`${directory}/nginx.conf`, `
load_module ${module};
daemon off;
worker_processes 2;
worker_rlimit_nofile 20000;
pid ${directory}/pid;
error_log ${directory}/error.log crit;
events { worker_connections 20000; }
http {
  access_log off;
  client_body_temp_path ${directory}/body;
  proxy_temp_path ${directory}/proxy;
  fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi;
  scgi_temp_path ${directory}/scgi;
  nchan_shared_memory_size 512M;
  keepalive_requests 100000000;
  server {
    listen 127.0.0.1:${port} reuseport backlog=4096;
    location = /pub { nchan_publisher; nchan_channel_id bench; }
    location = /sub { nchan_subscriber websocket; nchan_channel_id bench; nchan_subscriber_first_message newest; }
    location ~ ^/pub/(.+)$ { nchan_publisher; nchan_channel_id $1; }
    location ~ ^/sub/(.+)$ { nchan_subscriber websocket; nchan_channel_id $1; nchan_subscriber_first_message newest; }
  }
}
`);
  const child = spawn(nginx, ['-p', directory, '-c', `${directory}/nginx.conf`], { stdio: 'ignore' });
  await reachable(port);
  return { port, pid: child.pid, stop: () => new Promise((resolve) => { child.on('exit', resolve); child.kill('SIGTERM'); }) };
}

/** Waits until somebody listens there. */
export function reachable(port) {
  return new Promise((resolve) => {
    const dial = () => net.connect(port, '127.0.0.1', function connected() { this.destroy(); resolve(); }).on('error', () => setImmediate(dial));
    dial();
  });
}
