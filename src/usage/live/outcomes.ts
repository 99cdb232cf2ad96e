/** The last outcomes of each upstream key, in memory. */

export interface UpstreamOutcome {
  atMs: number
  ok: boolean
  status: number | null
  firstTokenMs: number | null
}

export interface MinuteSums {
  requests: number
  errors: number
  tokens: number
}

const MAX_OUTCOMES = 50

export function createOutcomes() {
  const outcomes = new Map<number, UpstreamOutcome[]>()
  return {
    note(upstreamKeyId: number, outcome: UpstreamOutcome): void {
      const known = outcomes.get(upstreamKeyId) ?? []
      known.push(outcome)
      if (known.length > MAX_OUTCOMES) known.shift()
      outcomes.set(upstreamKeyId, known)
    },
    of: (upstreamKeyId: number): readonly UpstreamOutcome[] => outcomes.get(upstreamKeyId) ?? [],
  }
}
