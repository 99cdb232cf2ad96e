/** Which target and key an attempt goes to, of those that were not asked yet and may be. */
import { chooseByWeight } from './choose-key.ts'
import { type Candidate, type Keyed, type Plan, type Target, type Tries, wasAsked } from './plan.ts'

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
  const { previous, random } = situation
  const best = bestCandidates(situation)
  // The usual case: one key for the model.
  if (best.length <= 1) return best[0] ?? null
  const siblings = best.filter(({ target }) => target === previous?.target)
  return weighted(siblings.length > 0 ? siblings : ofFirstPriority(best), random)
}

/** Those of the best rank that any of them has. */
function bestCandidates<Upstream extends Keyed>({
  plan,
  tries,
  admissionOf,
}: Situation<Upstream>): Candidate<Upstream>[] {
  let best: Candidate<Upstream>[] = []
  let bestRank = tries.asked.length === 0 ? RANK.last : RANK.avoid
  for (const target of plan) {
    for (const upstream of target.keys) {
      const candidate = { target, upstream }
      if (wasAsked(tries, candidate)) continue
      if (tries.unreachable.includes(upstream.key.baseUrl)) continue
      const rank = RANK[admissionOf(candidate)]
      if (rank > bestRank) continue
      if (rank < bestRank) best = []
      bestRank = rank
      best.push(candidate)
    }
  }
  return best
}

/** Lower is better. */
const RANK: Readonly<Record<Admission, number>> = { allow: 0, probe: 0, avoid: 1, last: 2, deny: 3 }

function ofFirstPriority<Upstream extends Keyed>(
  candidates: readonly Candidate<Upstream>[],
): readonly Candidate<Upstream>[] {
  const first = Math.min(...candidates.map(({ target }) => target.priority))
  return candidates.filter(({ target }) => target.priority === first)
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
