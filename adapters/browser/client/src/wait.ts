/** The longest time that timers of browsers and of Node can hold, in milliseconds. */
const longest = 2 ** 31 - 1;

/** Comes back after so many milliseconds, or at once when the signal is aborted. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, Math.min(ms, longest));
    signal.addEventListener('abort', over);
  });
}

/**
 * Runs `work` with a signal that is aborted together with `signal`, or after so many milliseconds.
 * Rejects then even if `work` goes on.
 */
export function within<T>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const bound = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const giveUp = (why: string): void => {
      const failure = new Error(why);
      bound.abort(failure);
      reject(failure);
    };
    const closed = (): void => giveUp('the client was closed');
    const timer = setTimeout(() => giveUp(`no answer within ${ms} ms`), ms);
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', closed);
    };
    bound.signal.addEventListener('abort', over);
    signal.addEventListener('abort', closed);
    if (signal.aborted) return closed();
    work(bound.signal).then(resolve, reject).finally(over);
  });
}
