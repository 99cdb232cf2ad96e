/** When a failed try is followed by another, and where. */
import type { Failure } from '../core/failure.ts'

export const MAX_ATTEMPTS = 3
/** A 429 is waited for on the only key where it asks for no longer than this. */
const LONGEST_WAIT_MS = 5_000
const RETRY_SHARE = 0.2
/** Enough for the first requests after a start, when no traffic has earned retries yet. */
const BUDGET_CAP = 100

export type NextStep = { go: 'stop' } | { go: 'other' } | { go: 'same'; waitMs: number }

export interface RetrySituation {
  failed: Failure
  /** Tries made so far, this one included. */
  attempts: number
  /** Whether another usable key serves the model. */
  otherKey: boolean
  /** Whether a request that may have arrived may be sent to the same upstream again. */
  resendOnReset: boolean
  /** Whether this key was already asked again. */
  askedAgain: boolean
  /** In [0, 1). */
  random: number
}

export function nextStep({
  failed,
  attempts,
  otherKey,
  resendOnReset,
  askedAgain,
  random,
}: RetrySituation): NextStep {
  if (failed.class === 'client' || attempts >= MAX_ATTEMPTS) return { go: 'stop' }
  if (otherKey) return { go: 'other' }
  if (failed.reset && !resendOnReset) return { go: 'stop' }
  if (askedAgain || failed.timedOut) return { go: 'stop' }
  if (failed.class === 'rate') {
    const waitMs = failed.retryAfterMs
    return waitMs !== null && waitMs <= LONGEST_WAIT_MS ? { go: 'same', waitMs } : { go: 'stop' }
  }
  if (failed.class === 'auth' || failed.class === 'quota') return { go: 'stop' }
  return { go: 'same', waitMs: 200 + random * 800 }
}

/** Retries may be at most a fifth of the traffic: each request earns a part of one, each retry spends one. */
export interface RetryBudget {
  earn(): void
  /** False where nothing is left. */
  spend(): boolean
}

export function createRetryBudget(): RetryBudget {
  let tokens = BUDGET_CAP
  return {
    earn() {
      tokens = Math.min(BUDGET_CAP, tokens + RETRY_SHARE)
    },
    spend() {
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}

/** `retry-after-ms`, or `retry-after` as seconds or as an HTTP date (RFC 9110, 10.2.3); null where neither is usable. */
export function readRetryAfterMs(
  header: (name: string) => string | null,
  nowMs: number,
): number | null {
  const exact = nonNegative(header('retry-after-ms'))
  if (exact !== null) return exact
  const text = header('retry-after')
  const seconds = nonNegative(text)
  if (seconds !== null) return seconds * 1000
  // Date.parse takes much for a date that is none; an HTTP date begins with the day's name.
  const dateMs = text !== null && /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs)
}

function nonNegative(text: string | null): number | null {
  if (text === null || text.trim() === '') return null
  const value = Number(text)
  return Number.isFinite(value) && value >= 0 ? value : null
}
