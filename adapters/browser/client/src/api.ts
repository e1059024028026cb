import { asError, CarillonError } from './errors.js';
import type { Settings } from './options.js';
import { retryAfter } from './retry_after.js';
import type { Tokens } from './tokens.js';
import { within } from './wait.js';

const codes: Readonly<Record<number, string>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  429: 'rate_limited',
  503: 'unavailable',
};

/** Requests to the engine's HTTP API with the user's token. */
export class Api {
  readonly #settings: Settings;
  readonly #tokens: Tokens;

  constructor(settings: Settings, tokens: Tokens) {
    this.#settings = settings;
    this.#tokens = tokens;
  }

  /** The answer's JSON. A token refused is renewed once. */
  async request(method: string, path: string, signal: AbortSignal): Promise<unknown> {
    const used = await this.#tokens.current(signal);
    try {
      return await this.#request(method, path, used, signal);
    } catch (failure) {
      if (!(failure instanceof CarillonError && failure.status === 401 && this.#tokens.renewable))
        throw failure;
      const renewed = await this.#tokens.next(signal);
      if (renewed === used) throw failure;
      return this.#request(method, path, renewed, signal);
    }
  }

  async #request(
    method: string,
    path: string,
    token: string,
    signal: AbortSignal,
  ): Promise<unknown> {
    const { fetch, timeout, url } = this.#settings;
    const headers = { accept: 'application/json', authorization: `Bearer ${token}` };
    try {
      return await within(timeout, signal, async (bound) => {
        const answer = await fetch(new URL(path, url), {
          method,
          headers,
          signal: bound,
          cache: 'no-store',
          credentials: 'omit',
        });
        if (!answer.ok) throw await refusal(answer);
        return (await answer.json()) as unknown;
      });
    } catch (failure) {
      throw asError(failure, 'network');
    }
  }
}

async function refusal(answer: Response): Promise<CarillonError> {
  const problem = (await answer.json().catch(() => undefined)) as
    { readonly detail?: unknown; readonly title?: unknown } | undefined;
  const said = problem?.detail ?? problem?.title ?? answer.statusText;
  return new CarillonError(codes[answer.status] ?? 'http', String(said), {
    status: answer.status,
    retryAfter: retryAfter(answer.headers.get('retry-after'), Date.now()),
  });
}
