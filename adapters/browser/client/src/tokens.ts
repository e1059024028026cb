import { CarillonError } from './errors.js';
import type { TokenProvider } from './options.js';
import { within } from './wait.js';

/** The token in use, and where the next one comes from. */
export class Tokens {
  readonly #source: string | TokenProvider;
  readonly #timeout: number;
  #current: string | undefined;
  #asked: Promise<string> | undefined;

  constructor(source: string | TokenProvider, timeout: number) {
    this.#source = source;
    this.#timeout = timeout;
  }

  /** False for a token given as text: asking again gives the same. */
  get renewable(): boolean {
    return typeof this.#source !== 'string';
  }

  /** The last token given, or the first. */
  async current(signal: AbortSignal): Promise<string> {
    return this.#current ?? this.next(signal);
  }

  /** Asks for a token; those who ask at the same time get the same one. */
  next(signal: AbortSignal): Promise<string> {
    this.#asked ??= this.#ask(signal).finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  async #ask(signal: AbortSignal): Promise<string> {
    const source = this.#source;
    try {
      this.#current =
        typeof source === 'string'
          ? source
          : await within(this.#timeout, signal, async () => source());
    } catch (failure) {
      throw new CarillonError('token_unavailable', 'no token was given', { cause: failure });
    }
    return this.#current;
  }
}
