/**
 * What went wrong. `code` is one of the engine's own (`not_found`, `forbidden`, …) or one of
 * `closed`, `busy`, `disconnected`, `network`, `http`, `rate_limited`, `unauthorized`,
 * `token_expired`, `token_unavailable`, `too_many_connections`.
 */
export class CarillonError extends Error {
  override readonly name = 'CarillonError';
  readonly code: string;
  /** The status of the HTTP answer, where there was one. */
  readonly status: number | undefined;
  /** Milliseconds the engine asked to wait before trying again. */
  readonly retryAfter: number | undefined;

  constructor(
    code: string,
    message: string,
    more: { status?: number; retryAfter?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.status = more.status;
    this.retryAfter = more.retryAfter;
  }
}

/** Any thrown value as a `CarillonError`; `code` is for those that are none. */
export function asError(thrown: unknown, code: string): CarillonError {
  if (thrown instanceof CarillonError) return thrown;
  return new CarillonError(code, thrown instanceof Error ? thrown.message : String(thrown), {
    cause: thrown,
  });
}
