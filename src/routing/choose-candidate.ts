/** Which target and key an attempt goes to, of those that were not asked yet and may be. */
import { chooseByWeight } from './choose-key.ts'
import { type Candidate, type Keyed, type Plan, type Tries, wasAsked } from './plan.ts'

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

/** Null if nothing is left to ask. Called for each attempt, so it creates few objects. */
export function chooseCandidate<Upstream extends Keyed>(
  situation: Situation<Upstream>,
): Candidate<Upstream> | null {
  const { previous, random } = situation
  const best = bestCandidates(situation)
  // The usual case: one key for the model.
  if (best.length <= 1) return best[0] ?? null
  const siblings =
    previous === null ? NONE : best.filter(({ target }) => target === previous.target)
  return weighted(siblings.length > 0 ? siblings : ofFirstPriority(best), random)
}

const NONE: readonly never[] = []

/**
 * Those of the best rank that any of them has; the keys of a target are next to each other. Targets that come after
 * one that may be asked are not looked at: most requests are decided by the first.
 */
function bestCandidates<Upstream extends Keyed>(
  situation: Situation<Upstream>,
): Candidate<Upstream>[] {
  const { plan, tries, previous } = situation
  const best: Candidate<Upstream>[] = []
  let bestRank = tries.asked.length === 0 ? RANK.last : RANK.avoid
  /** Of a target that may be asked. The one that was asked last goes before its priority. */
  let firstPriority = Number.POSITIVE_INFINITY
  for (const target of plan) {
    if (target.priority > firstPriority && previous === null) continue
    for (const upstream of target.keys) {
      const candidate = { target, upstream }
      if (wasAsked(tries, candidate)) continue
      if (tries.unreachable.includes(upstream.key.baseUrl)) continue
      const rank = RANK[situation.admissionOf(candidate)]
      if (rank > bestRank) continue
      if (rank < bestRank) best.length = 0
      bestRank = rank
      best.push(candidate)
      if (rank === RANK.allow) firstPriority = Math.min(firstPriority, target.priority)
    }
  }
  return best
}

/** Lower is better. */
const RANK: Readonly<Record<Admission, number>> = { allow: 0, probe: 0, avoid: 1, last: 2, deny: 3 }

function ofFirstPriority<Upstream extends Keyed>(
  candidates: readonly Candidate<Upstream>[],
): readonly Candidate<Upstream>[] {
  let first = Number.POSITIVE_INFINITY
  for (const { target } of candidates) if (target.priority < first) first = target.priority
  return candidates.filter(({ target }) => target.priority === first)
}

/** Targets by their weight, then keys by theirs: two steps with one number. */
function weighted<Upstream extends Keyed>(
  candidates: readonly Candidate<Upstream>[],
  random: number,
): Candidate<Upstream> | null {
  if (candidates.length === 1) return candidates[0] ?? null
  return chooseByWeight(candidates, weightsOf(candidates), random)
}

/** What a target weighs is divided among its keys. */
function weightsOf(candidates: readonly Candidate<Keyed>[]): number[] {
  const weights: number[] = []
  while (weights.length < candidates.length) {
    const first = weights.length
    const { target } = candidates[first] as Candidate<Keyed>
    let end = first
    let ofKeys = 0
    for (; candidates[end]?.target === target; end++) ofKeys += weightAt(candidates, end)
    const share = Math.max(0, target.weight ?? ofKeys)
    for (let at = first; at < end; at++)
      weights.push(share * (ofKeys === 0 ? 1 / (end - first) : weightAt(candidates, at) / ofKeys))
  }
  return weights
}

function weightAt(candidates: readonly Candidate<Keyed>[], at: number): number {
  return Math.max(0, candidates[at]?.upstream.key.weight ?? 0)
}
