/**
 * How long a sign-in has to wait after failures. Guessing is slowed per account and address; an account
 * that is attacked from many addresses is slowed for unknown browsers only, so that an attacker can't lock its owner
 * out: a browser that has signed in before is recognised by its device cookie and counted separately
 * (OWASP, "Slow down online guessing with device cookies").
 */

export interface SignInAttempt {
  account: string
  address: string
  /** Of a browser that has signed in to this account before; null for a stranger. */
  device: string | null
}

export interface Lockout {
  /** 0 admits the attempt, and counts it as failed until `succeeded`; else how long to wait. */
  admit(attempt: SignInAttempt, nowMs: number): number
  succeeded(attempt: SignInAttempt): void
}

interface Rule {
  /** Failures before the first wait. */
  free: number
  /** After that many, the waits double from one second up to this. */
  maxWaitMs: number
}

interface Failures {
  count: number
  lastMs: number
}

const DEVICE: Rule = { free: 10, maxWaitMs: 60_000 }
const PAIR: Rule = { free: 5, maxWaitMs: 60_000 }
/** Many people may share an address, so this only slows down. */
const ADDRESS: Rule = { free: 50, maxWaitMs: 2_000 }
/** Only for strangers; the owner's own browser is not among them. */
const ACCOUNT: Rule = { free: 30, maxWaitMs: 10_000 }
const FORGOTTEN_AFTER_MS = 15 * 60_000
const MAX_REMEMBERED = 20_000

export function createLockout(): Lockout {
  const known = new Map<string, Failures>()

  const counted = (attempt: SignInAttempt): [key: string, rule: Rule][] => {
    const { device, address } = attempt
    const account = attempt.account.toLowerCase()
    if (device !== null) return [[`device ${device}`, DEVICE]]
    return [
      [`pair ${address} ${account}`, PAIR],
      [`address ${address}`, ADDRESS],
      [`account ${account}`, ACCOUNT],
    ]
  }
  const waitFor = ([key, rule]: [string, Rule], nowMs: number): number => {
    const failures = known.get(key)
    if (failures === undefined || nowMs - failures.lastMs > FORGOTTEN_AFTER_MS) return 0
    // The clock was set back: otherwise the wait would last until it has caught up.
    failures.lastMs = Math.min(failures.lastMs, nowMs)
    const beyond = failures.count - rule.free
    if (beyond < 0) return 0
    const waitMs = Math.min(1000 * 2 ** Math.min(beyond, 20), rule.maxWaitMs)
    return Math.max(0, failures.lastMs + waitMs - nowMs)
  }
  const count = (key: string, nowMs: number): void => {
    const before = known.get(key)
    const isOld = before === undefined || nowMs - before.lastMs > FORGOTTEN_AFTER_MS
    known.delete(key)
    known.set(key, { count: isOld ? 1 : before.count + 1, lastMs: nowMs })
    if (known.size <= MAX_REMEMBERED) return
    const [oldest] = known.keys()
    if (oldest !== undefined) known.delete(oldest)
  }

  return {
    admit(attempt, nowMs) {
      const rules = counted(attempt)
      const waitMs = Math.max(...rules.map((rule) => waitFor(rule, nowMs)))
      // An attempt that has to wait counts for nothing: it must not lengthen the wait.
      if (waitMs === 0) for (const [key] of rules) count(key, nowMs)
      return waitMs
    },
    succeeded(attempt) {
      const [first, ...shared] = counted(attempt)
      if (first !== undefined) known.delete(first[0])
      for (const [key] of shared) {
        const failures = known.get(key)
        if (failures !== undefined) failures.count = Math.max(0, failures.count - 1)
      }
    },
  }
}
