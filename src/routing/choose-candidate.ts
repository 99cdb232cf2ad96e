/** Which target and key an attempt goes to, of those that were not asked yet and may be. */
import { chooseByWeight } from './choose-key.ts'
import {
  type Candidate,
  candidateId,
  type Keyed,
  type Plan,
  type Target,
  type Tries,
} from './plan.ts'

/** As the breakers see it: `avoid` only if nothing better is left, `last` only if nothing else was asked. */
export type Admission = 'allow' | 'probe' | 'avoid' | 'last' | 'deny'

export interface Situation<Upstream extends Keyed> {
  plan: Plan<Upstream>
  tries: Tries
  admissionOf(candidate: Candidate<Upstream>): Admission
  /** Asked last: the other keys of its target come before other targets. */
  previous: Candidate<Upstream> | null
  /** In [0, 1). */
  random: number
}

/** Null if nothing is left to ask. */
export function chooseCandidate<Upstream extends Keyed>(
  situation: Situation<Upstream>,
): Candidate<Upstream> | null {
  const { previous, random, tries } = situation
  const usable = usableCandidates(situation)
  const best = ['good', 'avoid', ...(tries.asked.size === 0 ? ['last'] : [])]
    .map((rank) => usable.filter((one) => one.rank === rank))
    .find((found) => found.length > 0)
  if (best === undefined) return null
  const siblings = best.filter(({ candidate }) => candidate.target === previous?.target)
  const group = siblings.length > 0 ? siblings : ofFirstPriority(best)
  return weighted(
    group.map(({ candidate }) => candidate),
    random,
  )
}

interface Usable<Upstream extends Keyed> {
  candidate: Candidate<Upstream>
  rank: 'good' | 'avoid' | 'last'
}

function usableCandidates<Upstream extends Keyed>({
  plan,
  tries,
  admissionOf,
}: Situation<Upstream>): Usable<Upstream>[] {
  const usable: Usable<Upstream>[] = []
  for (const target of plan) {
    for (const upstream of target.keys) {
      const candidate = { target, upstream }
      if (tries.asked.size > 0 && tries.asked.has(candidateId(candidate))) continue
      if (tries.unreachable.has(upstream.key.baseUrl)) continue
      const admission = admissionOf(candidate)
      if (admission === 'deny') continue
      const rank = admission === 'avoid' || admission === 'last' ? admission : 'good'
      usable.push({ candidate, rank })
    }
  }
  return usable
}

function ofFirstPriority<Upstream extends Keyed>(
  usable: readonly Usable<Upstream>[],
): readonly Usable<Upstream>[] {
  const first = Math.min(...usable.map(({ candidate }) => candidate.target.priority))
  return usable.filter(({ candidate }) => candidate.target.priority === first)
}

/** Targets by their weight, then keys by theirs: two steps with one number. */
function weighted<Upstream extends Keyed>(
  candidates: readonly Candidate<Upstream>[],
  random: number,
): Candidate<Upstream> | null {
  if (candidates.length === 1) return candidates[0] ?? null
  const keysOf = Map.groupBy(candidates, ({ target }) => target)
  const share = (target: Target<Upstream>) => {
    const keys = sum((keysOf.get(target) ?? []).map(({ upstream }) => upstream.key.weight))
    return target.weight ?? keys
  }
  return chooseByWeight(
    candidates,
    ({ target, upstream }) => {
      const keys = keysOf.get(target) ?? []
      const all = sum(keys.map((one) => one.upstream.key.weight))
      return share(target) * (all === 0 ? 1 / keys.length : upstream.key.weight / all)
    },
    random,
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + Math.max(0, number), 0)
}
