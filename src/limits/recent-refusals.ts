/** Remembers which request limits refused recently and until when, so that no counter has to be asked. */
import { BoundedMap } from '../core/bounded-map.ts'
import type { Limit, LimitState } from './rules.ts'

interface Refusal {
  untilMs: number
  /** To detect a limit that an operator has changed since. */
  limit: number
}

export interface Refusals {
  none(): boolean
  remember(limits: readonly Limit[], states: readonly LimitState[]): void
  /** The states of these limits if one of them still refuses; otherwise null. */
  among(limits: readonly Limit[]): LimitState[] | null
}

const MAX_REMEMBERED = 10_000

export function createRefusals(nowMs: () => number = () => performance.now()): Refusals {
  const refusals = new BoundedMap<string, Refusal>(MAX_REMEMBERED)

  const waitOf = ({ counter, limit }: Limit): number => {
    const refusal = refusals.get(counter)
    if (refusal === undefined) return 0
    const waitMs = refusal.untilMs - nowMs()
    if (waitMs > 0 && refusal.limit === limit) return waitMs
    refusals.delete(counter)
    return 0
  }

  return {
    none: () => refusals.size === 0,
    remember(limits, states) {
      for (const [at, { counter, limit, measure }] of limits.entries()) {
        const waitMs = states[at]?.waitMs ?? 0
        if (measure !== 'requests' || waitMs <= 0 || !Number.isFinite(waitMs)) continue
        refusals.set(counter, { untilMs: nowMs() + waitMs, limit })
      }
    },
    among(limits) {
      const states = limits.map((limit) => {
        const waitMs = waitOf(limit)
        return { used: waitMs > 0 ? limit.limit : 0, resetMs: waitMs, waitMs }
      })
      return states.some(({ waitMs }) => waitMs > 0) ? states : null
    },
  }
}
