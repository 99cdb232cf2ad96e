/** What one thread adds to the live view of another one, which shows that of the whole process. */
import type { MinuteSums, UpstreamOutcome } from './outcomes.ts'

/** Since the last look; plain data. */
export interface LiveChanges {
  outcomes: [upstreamKeyId: number, outcome: UpstreamOutcome][]
  byKey: [apiKeyId: number, sums: MinuteSums][]
}

export interface LiveTally {
  outcome(upstreamKeyId: number, outcome: UpstreamOutcome): void
  ended(apiKeyId: number, tokens: number, isError: boolean): void
  /** Null if there is nothing. */
  take(): LiveChanges | null
}

/** Of outcomes between two looks. */
const MOST = 500

export function createLiveTally(): LiveTally {
  let outcomes: LiveChanges['outcomes'] = []
  let byKey = new Map<number, MinuteSums>()
  return {
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
      if (outcomes.length + byKey.size === 0) return null
      const changes = { outcomes, byKey: [...byKey] }
      outcomes = []
      byKey = new Map()
      return changes
    },
  }
}
