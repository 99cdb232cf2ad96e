/** Which upstream keys can serve a model, and in which order they are tried. */
import type { UpstreamKey } from '../core/entities.ts'
import { PROVIDER_FACTS } from '../core/providers.ts'
import { allowsModel } from './model-names.ts'

/** True where this key is configured for the model; its health is another question. */
export function servesModel(upstream: UpstreamKey, model: string): boolean {
  if (upstream.deployments !== null && Object.hasOwn(upstream.deployments, model)) return true
  if (upstream.models !== null) return allowsModel(upstream.models, model)
  return PROVIDER_FACTS[upstream.provider].servesUnnamedModels && upstream.deployments === null
}

/** The name the model has at this upstream. */
export function upstreamModelName(upstream: UpstreamKey, model: string): string {
  const { deployments } = upstream
  return deployments !== null && Object.hasOwn(deployments, model)
    ? (deployments[model] as string)
    : model
}

/** Keys of one provider at one address are one target: the next key of it is tried before the next target. */
export function sameTarget(one: UpstreamKey, other: UpstreamKey): boolean {
  return one.provider === other.provider && one.baseUrl === other.baseUrl
}

/**
 * Weighted choice. `random` is in [0, 1). After a failure (`previous`), keys of the same target come first.
 */
export function chooseKey(
  usable: readonly UpstreamKey[],
  previous: UpstreamKey | null,
  random: number,
): UpstreamKey | null {
  const [only] = usable
  if (only === undefined) return null
  if (usable.length === 1) return only
  const siblings = previous === null ? [] : usable.filter((key) => sameTarget(key, previous))
  return weighted(siblings.length > 0 ? siblings : usable, random)
}

function weighted(keys: readonly UpstreamKey[], random: number): UpstreamKey | null {
  let total = 0
  for (const key of keys) total += Math.max(0, key.weight)
  if (total === 0) return keys[Math.floor(random * keys.length)] ?? null
  let rest = random * total
  for (const key of keys) {
    rest -= Math.max(0, key.weight)
    if (rest < 0) return key
  }
  return keys[keys.length - 1] ?? null
}
