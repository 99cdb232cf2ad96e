/** What follows a failed attempt. */
import { costsNothing, type Failure, isAboutRequest, isSuspicion } from '../core/failure.ts'

/** Attempts that may have cost something; those that cost nothing are not counted. */
export const MAX_ATTEMPTS = 4
/** Even free attempts take time: after so many there is something wrong that one more does not find. */
const MAX_FREE_ATTEMPTS = 64
/** A request that two keys refuse without naming them is at fault itself. */
const MAX_SUSPICIONS = 2
/** A 429 is waited for on the only key if it asks for no longer than this. */
const MAX_WAIT_MS = 5_000

export type NextStep = { go: 'stop' } | { go: 'other' } | { go: 'same'; waitMs: number }

export interface RetrySituation {
  /** In their order, the last one included. */
  failures: readonly Failure[]
  /** How many of them may have cost something. */
  costly: number
  /** Whether another usable key or target is left. */
  other: boolean
  /** Whether a refusal of the request itself may be followed by another target. */
  fallback: boolean
  /** Whether a request that may have arrived may be sent to the same upstream again. */
  resendOnReset: boolean
  /** Whether a key was already asked again. */
  askedAgain: boolean
  /** In [0, 1). */
  random: number
}

/** Going to an untried key is free; asking the same one again has to be paid from the retry budget. */
export function nextStep(situation: RetrySituation): NextStep {
  const { failures, costly, other, fallback, resendOnReset, askedAgain, random } = situation
  const failed = failures.at(-1)
  if (failed === undefined || (isAboutRequest(failed) && !fallback)) return { go: 'stop' }
  if (costly >= MAX_ATTEMPTS || failures.length >= MAX_FREE_ATTEMPTS) return { go: 'stop' }
  if (failures.filter(isSuspicion).length >= MAX_SUSPICIONS) return { go: 'stop' }
  if (other) return { go: 'other' }
  if (askedAgain || (failed.reset && !resendOnReset)) return { go: 'stop' }
  switch (failed.class) {
    case 'connect':
    case 'server':
      return { go: 'same', waitMs: shortPauseMs(random) }
    case 'rate':
      return failed.retryAfterMs !== null && failed.retryAfterMs <= MAX_WAIT_MS
        ? { go: 'same', waitMs: failed.retryAfterMs }
        : { go: 'stop' }
    default:
      return { go: 'stop' }
  }
}

/** Jittered, so that clients which failed together do not come back together. `random`: in [0, 1). */
export function shortPauseMs(random: number): number {
  return 200 + random * 800
}

/** The attempts of a request that count against MAX_ATTEMPTS. */
export function costlyAfter(costly: number, failed: Failure): number {
  return costsNothing(failed) ? costly : costly + 1
}
