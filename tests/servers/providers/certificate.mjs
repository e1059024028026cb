// A certificate for loopback, for servers that stand in for providers which speak TLS.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** `{key, cert, file, remove()}`: `file` is what a client must trust. */
export function loopbackCertificate() {
  const directory = mkdtempSync(join(tmpdir(), 'carillon-certificate-'));
  const [keyFile, file] = ['key.pem', 'cert.pem'].map((x) => join(directory, x));
  const made = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
    '-nodes', '-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
    '-keyout', keyFile, '-out', file]);
  if (made.status !== 0) throw new Error(made.stderr.toString());
  return {
    key: readFileSync(keyFile), cert: readFileSync(file), file,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
