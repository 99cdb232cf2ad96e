/** What a model is called at a provider key, and the weighted choice. */
import type { UpstreamKey } from '../core/entities.ts'

/** The name the model has at this upstream. */
export function upstreamModelName(
  { deployments }: Pick<UpstreamKey, 'deployments'>,
  model: string,
): string {
  return deployments !== null && Object.hasOwn(deployments, model)
    ? (deployments[model] as string)
    : model
}

/** A choice by weight; `random` is in [0, 1). If all weights are 0, each is as likely. */
export function chooseByWeight<Item>(
  items: readonly Item[],
  /** In the order of the items; none is negative. */
  weights: readonly number[],
  random: number,
): Item | null {
  const [only] = items
  if (only === undefined || items.length === 1) return only ?? null
  let total = 0
  for (const weight of weights) total += weight
  if (total === 0) return items[Math.floor(random * items.length)] ?? null
  let rest = random * total
  for (let at = 0; at < items.length; at++) {
    rest -= weights[at] ?? 0
    if (rest < 0) return items[at] ?? null
  }
  return items[items.length - 1] ?? null
}
