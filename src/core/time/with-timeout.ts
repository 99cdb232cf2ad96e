/** Waits for work, but no longer than a limit. The work itself continues. */

export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/** Rejects after `ms` milliseconds with a TimeoutError that names `what`. */
export async function withTimeout<Result>(
  work: Promise<Result>,
  ms: number,
  what: string,
): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new TimeoutError(what)), ms)
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
