/** How many retries the traffic pays for. */

const RETRY_SHARE = 0.2

/** Enough for the first requests after a start, when no traffic has earned retries yet. */
const BUDGET_CAP = 100

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
