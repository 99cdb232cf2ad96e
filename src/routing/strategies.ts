/** In which order a model's targets are tried: each strategy gives a plan with other priorities. */
import type { Keyed, Plan, Target } from './plan.ts'

/**
 * `latency`: of two targets chosen at random among those of the first priority, the one that is expected to
 * answer sooner, by its time to the first token, goes first. Two choices avoid that all requests go to the same one at once (Mitzenmacher 2001).
 */
export function byLatency<Upstream extends Keyed>(
  plan: Plan<Upstream>,
  expectedMs: (target: Target<Upstream>) => number,
  random: () => number,
): Plan<Upstream> {
  const first = Math.min(...plan.map(({ priority }) => priority))
  const candidates = plan.filter(({ priority }) => priority === first)
  if (candidates.length < 2) return plan
  const at = Math.floor(random() * candidates.length)
  const step = 1 + Math.floor(random() * (candidates.length - 1))
  const one = candidates[at] as Target<Upstream>
  const other = candidates[(at + step) % candidates.length] as Target<Upstream>
  const chosen = expectedMs(one) <= expectedMs(other) ? one : other
  return plan.map((target) => (target === chosen ? { ...target, priority: first - 1 } : target))
}

/**
 * `cost`: within each priority, the cheapest target for this request first; those without a known price last.
 * Equal costs keep sharing the traffic by weight.
 */
export function byCost<Upstream extends Keyed>(
  plan: Plan<Upstream>,
  costOf: (target: Target<Upstream>) => number | null,
): Plan<Upstream> {
  const priced = plan.map((target) => ({
    target,
    cost: costOf(target) ?? Number.POSITIVE_INFINITY,
  }))
  const ranks = priced
    .map(({ target, cost }) => ({ priority: target.priority, cost }))
    .sort((one, other) => one.priority - other.priority || compare(one.cost, other.cost))
  const rankOf = (priority: number, cost: number) =>
    ranks.findIndex((rank) => rank.priority === priority && rank.cost === cost)
  return priced.map(({ target, cost }) => ({ ...target, priority: rankOf(target.priority, cost) }))
}

/** Infinity minus itself is NaN. */
function compare(one: number, other: number): number {
  return one < other ? -1 : Number(one > other)
}

/**
 * `sticky`: keys in the order of a weighted rendezvous hash, so that requests with the same text at their
 * beginning go to the same key, whose vendor has it in its prompt cache. If a key goes away, only its own
 * requests move. Priorities come first.
 */
export function byStickiness<Upstream extends Keyed>(
  plan: Plan<Upstream>,
  stickyKey: string,
): Plan<Upstream> {
  const single = plan.flatMap((target) =>
    target.keys.map((upstream) => ({ ...target, keys: [upstream] })),
  )
  const ranked = single.map((target) => ({ target, score: scoreOf(target, stickyKey) }))
  ranked.sort(
    (one, other) => one.target.priority - other.target.priority || other.score - one.score,
  )
  return ranked.map(({ target }, priority) => ({ ...target, priority, weight: null }))
}

/** -weight / ln(h): the largest of these is each key's with a chance of its share of the weights. */
function scoreOf({ keys, model, weight }: Target<Keyed>, stickyKey: string): number {
  const { key } = keys[0] as Keyed
  const share = Math.max(0, weight ?? key.weight)
  return share === 0 ? 0 : -share / Math.log(unitHash(`${key.id} ${model} ${stickyKey}`))
}

/** In (0, 1): FNV-1a over UTF-16 code units, mixed so that similar texts differ in all bits. */
function unitHash(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32
}
