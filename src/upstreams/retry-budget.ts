/** How many extra requests the traffic pays for. */

/** Retries may be at most a fifth of the traffic. */
const RETRY_SHARE = 0.2
/** Enough for the first requests after a start, when no traffic has earned retries yet. */
const RETRY_CAP = 100
/** A hedge costs as much as a request, so hardly any are given before they are earned. */
const HEDGE_CAP = 10

/** Each request earns a share of an extra one, and each extra one spends a whole one. */
export interface RetryBudget {
  earn(): void
  /** False where nothing is left. */
  spend(): boolean
}

export function createRetryBudget(): RetryBudget {
  return createBudget({ share: RETRY_SHARE, cap: RETRY_CAP, atFirst: RETRY_CAP })
}

/** `share` of the requests, from 0 to 1, may be sent to two targets. */
export function createHedgeBudget(share: number): RetryBudget {
  return createBudget({ share, cap: HEDGE_CAP, atFirst: share > 0 ? 1 : 0 })
}

function createBudget({ share, cap, atFirst }: { share: number; cap: number; atFirst: number }) {
  let left = atFirst
  return {
    earn() {
      left = Math.min(cap, left + share)
    },
    spend() {
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
