/** A value that expires, such as an access token: obtained once for all who need it, and before it expires. */

export interface Expiring<Value> {
  value: Value
  expiresAtMs: number
}

/** Renewal starts this long before the end, or at half of a shorter life. */
const AHEAD_MS = 5 * 60_000
/**
 * A value that is over when it comes is used for so long: AWS's metadata service extends old keys while it can't
 * get new ones, and this machine's clock may be wrong.
 */
const LEAST_LIFE_MS = 60_000
/** A younger value that was refused is kept: the source would give the same, or one that is refused as well. */
const LEAST_AGE_MS = 60_000
/** After a failure the source is left alone for a while, growing from the first to the last of these. */
const FIRST_PAUSE_MS = 1_000
const LAST_PAUSE_MS = 30_000

/** A class rather than closures: one object per upstream key holds what its requests share. */
export class FreshValue<Value> {
  private readonly obtain: () => Promise<Expiring<Value>>
  private readonly nowMs: () => number
  private current: (Expiring<Value> & { renewAtMs: number; obtainedAtMs: number }) | null = null
  private renewal: Promise<Value> | null = null
  private failure: { error: unknown; untilMs: number; pauseMs: number } | null = null

  constructor(obtain: () => Promise<Expiring<Value>>, nowMs: () => number) {
    this.obtain = obtain
    this.nowMs = nowMs
  }

  /** At once while there is a valid value. Rejects with what the source rejected with. */
  get(): Value | Promise<Value> {
    const now = this.nowMs()
    const { current } = this
    if (current === null || now >= current.expiresAtMs) return this.renew(now)
    // The old value serves while the next one is on its way; if it fails, there is time to try again.
    if (now >= current.renewAtMs) this.renew(now).catch(() => {})
    return current.value
  }

  /** Forgets `value`, which was refused before its time, unless it is new. Returns whether there is to be another. */
  discard(value: Value): boolean {
    const { current } = this
    if (current === null || current.value !== value) return true
    if (this.nowMs() < current.obtainedAtMs + LEAST_AGE_MS) return false
    this.current = null
    return true
  }

  private renew(now: number): Promise<Value> {
    if (this.renewal !== null) return this.renewal
    if (this.failure !== null && now < this.failure.untilMs)
      return Promise.reject(this.failure.error)
    this.renewal = this.obtain().then(
      (fresh) => this.keep(fresh),
      (error: unknown) => this.fail(error),
    )
    return this.renewal
  }

  private keep({ value, expiresAtMs: given }: Expiring<Value>): Value {
    const obtainedAtMs = this.nowMs()
    const life = Math.max(LEAST_LIFE_MS, given - obtainedAtMs)
    const expiresAtMs = obtainedAtMs + life
    const renewAtMs = expiresAtMs - Math.min(AHEAD_MS, life / 2)
    this.current = { value, expiresAtMs, renewAtMs, obtainedAtMs }
    this.renewal = null
    this.failure = null
    return value
  }

  private fail(error: unknown): never {
    this.renewal = null
    const pauseMs = Math.min(LAST_PAUSE_MS, (this.failure?.pauseMs ?? FIRST_PAUSE_MS / 2) * 2)
    this.failure = { error, pauseMs, untilMs: this.nowMs() + pauseMs }
    throw error
  }
}
