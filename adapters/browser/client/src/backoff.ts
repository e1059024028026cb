export interface BackoffOptions {
  /** Milliseconds before the first try again; doubled for each that follows. */
  readonly base: number;
  /** The longest wait in milliseconds. */
  readonly cap: number;
}

/**
 * Milliseconds to wait after `failures` failed tries in a row (0 for the first wait): half of the
 * doubled base is certain and half is chance, so that clients cut off together come back apart.
 */
export function backoff(
  failures: number,
  { base, cap }: BackoffOptions,
  random: () => number = Math.random,
): number {
  const full = Math.min(cap, base * 2 ** failures);
  return full / 2 + (full / 2) * random();
}

/** `interval` give or take a tenth. */
export function spread(interval: number, random: () => number = Math.random): number {
  return interval * (0.9 + 0.2 * random());
}
