/** When a failed try is followed by another, and where. */
import type { Failure } from '../core/failure.ts'

export const MAX_ATTEMPTS = 3
/** A 429 is waited for on the only key where it asks for no longer than this. */
const MAX_WAIT_MS = 5_000

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
    return waitMs !== null && waitMs <= MAX_WAIT_MS ? { go: 'same', waitMs } : { go: 'stop' }
  }
  if (failed.class === 'auth' || failed.class === 'quota') return { go: 'stop' }
  return { go: 'same', waitMs: 200 + random * 800 }
}
