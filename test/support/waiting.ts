/** Waits for conditions instead of guessing how long something takes. */

const POLL_MS = 5

/** Resolves with the first value that is neither null, undefined nor false; fails loudly at the deadline. */
export async function waitFor<T>(
  what: string,
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  timeoutMs = 20_000,
): Promise<T> {
  const untilMs = performance.now() + timeoutMs
  for (;;) {
    const seen = await look()
    if (seen !== null && seen !== undefined && seen !== false) return seen
    if (performance.now() > untilMs) throw new Error(`waited ${timeoutMs} ms in vain for ${what}`)
    await pause(POLL_MS)
  }
}

/** Fails where `promise` takes longer. */
export async function within<T>(what: string, timeoutMs: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new Error(`${what} took longer than ${timeoutMs} ms`)),
    timeoutMs,
  )
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The time that a script lets pass; tests themselves wait for conditions. */
export function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setTimeout(resolve, ms)
  return promise
}
