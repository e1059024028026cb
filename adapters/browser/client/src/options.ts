import type { BackoffOptions } from './backoff.js';
import type { SocketConstructor } from './socket.js';

/** Gives a token; asked again for every connection and whenever one expires. */
export type TokenProvider = () => string | Promise<string>;

export interface CarillonOptions {
  /** Where the engine is, such as `https://notify.example.com`; in a page also relative. */
  readonly url: string | URL;
  /** A token, or what gives one. A text that has expired cannot be renewed: the client stops then. */
  readonly token: string | TokenProvider;
  /** Resume behind this `seq`; without it the client begins with what comes after it connected. */
  readonly since?: number;
  /** The WebSocket to use where there is no global one, as in Node 18: `ws` fits. */
  readonly WebSocket?: SocketConstructor;
  readonly fetch?: typeof fetch;
  /** Tries to reconnect before polling begins (3). */
  readonly attempts?: number;
  /** Waits between them (500 ms, doubled up to 30 s, half of each is chance). */
  readonly backoff?: BackoffOptions;
  /** Milliseconds between polls, and between tries to return to the socket (30,000). */
  readonly pollInterval?: number;
  /** Milliseconds that a connection, an answer or a token may take (10,000). */
  readonly timeout?: number;
}

/** Options with nothing left open. */
export interface Settings {
  readonly url: URL;
  readonly token: string | TokenProvider;
  readonly WebSocket: SocketConstructor;
  readonly fetch: typeof fetch;
  readonly attempts: number;
  readonly backoff: BackoffOptions;
  readonly pollInterval: number;
  readonly timeout: number;
}

/** Fills in the defaults; throws a `TypeError` where something needed is missing or senseless. */
export function settle(options: CarillonOptions): Settings {
  const socket = options.WebSocket ?? globalThis.WebSocket;
  if (socket === undefined)
    throw new TypeError('there is no global WebSocket: give one in the option WebSocket');
  const settings: Settings = {
    url: base(options.url),
    token: options.token,
    WebSocket: socket,
    // A browser's fetch wants to be called on its window.
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    attempts: options.attempts ?? 3,
    backoff: options.backoff ?? { base: 500, cap: 30_000 },
    pollInterval: options.pollInterval ?? 30_000,
    timeout: options.timeout ?? 10_000,
  };
  const { attempts, backoff, pollInterval, timeout } = settings;
  if (!Number.isInteger(attempts) || attempts < 0)
    throw new TypeError('attempts must be a whole number from 0');
  for (const [name, ms] of Object.entries({
    'backoff.base': backoff.base,
    'backoff.cap': backoff.cap,
    pollInterval,
    timeout,
  }))
    if (!(ms > 0 && Number.isFinite(ms)))
      throw new TypeError(`${name} must be a number of milliseconds above 0`);
  if (options.since !== undefined && !(Number.isSafeInteger(options.since) && options.since >= 0))
    throw new TypeError('since must be a seq');
  return settings;
}

/** The address with a `/` at its end, so that paths are found below it. */
function base(url: string | URL): URL {
  const whole = new URL(url, globalThis.location?.href);
  if (!/^https?:$/.test(whole.protocol))
    throw new TypeError('url must begin with http:// or https://');
  whole.search = '';
  whole.hash = '';
  if (!whole.pathname.endsWith('/')) whole.pathname += '/';
  return whole;
}
