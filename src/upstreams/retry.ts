/** What follows a failed attempt. */
import { costsNothing, type Failure, isAboutRequest, isSuspicion } from '../core/failure.ts'

/** Attempts that may have cost something. Those that a server refused cost nothing, but are as many at most. */
export const MAX_ATTEMPTS = 4
/** Both together: four faults of one kind are an outage, different ones may be chance. */
export const MAX_MIXED_ATTEMPTS = 6
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
  const { failures, other, fallback, resendOnReset, askedAgain, random } = situation
  const failed = failures.at(-1)
  if (failed === undefined || (isAboutRequest(failed) && !fallback)) return { go: 'stop' }
  if (isSpent(failures) || failures.length >= MAX_FREE_ATTEMPTS) return { go: 'stop' }
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

/** Whether a request with these failures has had all its attempts. */
export function isSpent(failures: readonly Failure[]): boolean {
  const counted = failures.filter((failed) => !costsNothing(failed))
  const refused = counted.filter(isRefusal).length
  const charged = counted.length - refused
  return Math.max(refused, charged) >= MAX_ATTEMPTS || counted.length >= MAX_MIXED_ATTEMPTS
}

/** Whether the next attempt is beyond the usual number, so that even one at an untried key is paid from the budget. */
export function isExtra(failures: readonly Failure[]): boolean {
  return failures.filter((failed) => !costsNothing(failed)).length >= MAX_ATTEMPTS
}

/** The server said that it failed, so it charges nothing. */
function isRefusal({ class: kind, ambiguous }: Failure): boolean {
  return kind === 'server' && !ambiguous
}
