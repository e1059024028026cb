import assert from 'node:assert/strict';
import { test } from 'node:test';
import WebSocket from 'ws';
import { CarillonClient } from '../../adapters/browser/client/dist/index.js';
import { settle } from '../../adapters/browser/client/dist/options.js';

const good = { url: 'https://example.com', token: 't', WebSocket };

test('paths are found below the address, whatever stands behind it', () => {
  const from = ['https://example.com', 'https://example.com/notify', 'http://example.com/notify/?x=1#y'];
  assert.deepEqual(from.map((url) => settle({ ...good, url }).url.href), ['https://example.com/', 'https://example.com/notify/', 'http://example.com/notify/']);
});

test('what makes no sense is refused when it is given', () => {
  for (const wrong of [
    { url: 'ws://example.com' }, { url: '/relative' }, { attempts: -1 }, { attempts: 1.5 }, { pollInterval: 0 },
    { timeout: Number.NaN }, { backoff: { base: -1, cap: 1 } }, { since: -1 }, { since: 2 ** 60 },
  ])
    assert.throws(() => new CarillonClient({ ...good, ...wrong }), TypeError, JSON.stringify(wrong));
});

test('without a WebSocket of its own Node has to be given one', { skip: globalThis.WebSocket !== undefined }, () => {
  assert.throws(() => new CarillonClient({ ...good, WebSocket: undefined }), /option WebSocket/);
});
