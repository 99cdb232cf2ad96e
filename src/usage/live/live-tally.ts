/** What one thread adds to the live view of another one, which shows that of the whole process. */
import type { RefusedRequest } from './live-row.ts'
import type { MinuteSums, UpstreamOutcome } from './outcomes.ts'

/** Since the last look; plain data. */
export interface LiveChanges {
  refused: RefusedRequest[]
  outcomes: [upstreamKeyId: number, outcome: UpstreamOutcome][]
  byKey: [apiKeyId: number, sums: MinuteSums][]
}

export interface LiveTally {
  refused(request: RefusedRequest): void
  outcome(upstreamKeyId: number, outcome: UpstreamOutcome): void
  ended(apiKeyId: number, tokens: number, isError: boolean): void
  /** Null if there is nothing. */
  take(): LiveChanges | null
}

/** Of refused requests, and of outcomes: the view keeps no more of them either. */
const MOST = 500

export function createLiveTally(): LiveTally {
  let refused: RefusedRequest[] = []
  let outcomes: LiveChanges['outcomes'] = []
  let byKey = new Map<number, MinuteSums>()
  return {
    refused(request) {
      if (refused.length < MOST) refused.push(request)
    },
    outcome(id, outcome) {
      if (outcomes.length < MOST) outcomes.push([id, outcome])
    },
    ended(apiKeyId, tokens, isError) {
      const sums = byKey.get(apiKeyId) ?? { requests: 0, errors: 0, tokens: 0 }
      byKey.set(apiKeyId, sums)
      sums.requests++
      sums.tokens += tokens
      if (isError) sums.errors++
    },
    take() {
      if (refused.length + outcomes.length + byKey.size === 0) return null
      const changes = { refused, outcomes, byKey: [...byKey] }
      refused = []
      outcomes = []
      byKey = new Map()
      return changes
    },
  }
}
