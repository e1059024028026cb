/**
 * Watches one connection: after so many seconds in which nothing was heard it pings, and after as
 * many again it is dead. The wait for the answer begins at the ping, so a computer that slept, or
 * a browser that holds timers back, does not take its own silence for the engine's.
 */
export class Heartbeat {
  readonly #period: number;
  readonly #ping: () => void;
  readonly #dead: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(seconds: number, ping: () => void, dead: () => void) {
    this.#period = seconds * 1000;
    this.#ping = ping;
    this.#dead = dead;
    this.heard();
  }

  /** Something came in. */
  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(this.#dead, this.#period);
      this.#ping();
    }, this.#period);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
