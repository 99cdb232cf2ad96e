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
  weightOf: (item: Item) => number,
  random: number,
): Item | null {
  const [only] = items
  if (only === undefined || items.length === 1) return only ?? null
  let total = 0
  for (const item of items) total += Math.max(0, weightOf(item))
  if (total === 0) return items[Math.floor(random * items.length)] ?? null
  let rest = random * total
  for (const item of items) {
    rest -= Math.max(0, weightOf(item))
    if (rest < 0) return item
  }
  return items[items.length - 1] ?? null
}
