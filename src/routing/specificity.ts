/** How closely a provider key is configured for a model: the most specific keys serve it, and no others. */
import type { UpstreamKey } from '../core/entities.ts'
import { PROVIDER_FACTS } from '../core/providers/providers.ts'

/** By name: a listed model or a deployment. */
export const EXACT = Number.POSITIVE_INFINITY
/** A key that serves whatever it is asked for. */
export const CATCH_ALL = 0

type Configured = Pick<UpstreamKey, 'provider' | 'models' | 'deployments'>

/**
 * EXACT for a name or deployment, the number of characters before the `*` for a pattern, CATCH_ALL for a key
 * without a list of models; null if the key does not serve the model.
 */
export function specificity(key: Configured, model: string): number | null {
  const { deployments, models, provider } = key
  if (deployments !== null && Object.hasOwn(deployments, model)) return EXACT
  if (models === null) {
    const servesAny = PROVIDER_FACTS[provider].servesUnnamedModels && deployments === null
    return servesAny ? CATCH_ALL : null
  }
  let longest: number | null = null
  for (const pattern of models) {
    if (pattern === model) return EXACT
    if (!pattern.endsWith('*') || !model.startsWith(pattern.slice(0, -1))) continue
    longest = Math.max(longest ?? 0, pattern.length - 1)
  }
  return longest
}

/** The keys that win, with how specific they are; null if no key serves the model. */
export function mostSpecific<Key extends Configured>(
  keys: readonly Key[],
  model: string,
): { specificity: number; keys: Key[] } | null {
  let winners: Key[] = []
  let best = -1
  for (const key of keys) {
    const own = specificity(key, model)
    if (own === null || own < best) continue
    if (own > best) winners = []
    best = own
    winners.push(key)
  }
  return winners.length === 0 ? null : { specificity: best, keys: winners }
}
