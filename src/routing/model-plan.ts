/** The plan of a model that an operator defined: its targets, each with the keys that may serve it. */
import type { ModelDefinition, ModelTarget, UpstreamKey } from '../core/entities.ts'
import { matchesModel } from './model-names.ts'
import { type Keyed, type Plan, type Target, targetsOf } from './plan.ts'
import { mostSpecific, specificity } from './specificity.ts'

/** Whether a target's `upstream` means this key: by its name, a pattern of names, or its provider. */
export function isMeant(upstream: string, { name, provider }: UpstreamKey): boolean {
  return matchesModel(upstream, name) || upstream === provider
}

/** In the order of the definition; a target that no key serves is left out. */
export function planOfModel<Upstream extends Keyed>(
  { targets }: ModelDefinition,
  upstreams: readonly Upstream[],
): Plan<Upstream> {
  return targets.flatMap((target) => targetsFor(target, upstreams))
}

/** More than one if its keys are at several hosts: they share its weight. */
function targetsFor<Upstream extends Keyed>(
  { upstream, model, priority, weight, contextTokens }: ModelTarget,
  upstreams: readonly Upstream[],
): Target<Upstream>[] {
  const keys = keysFor(upstream, model, upstreams)
  const hosts = targetsOf(keys, model)
  return hosts.map((target) => ({
    ...target,
    priority,
    weight: weight === null ? null : (weight * weigh(target.keys)) / (weigh(keys) || 1),
    contextTokens,
  }))
}

function keysFor<Upstream extends Keyed>(
  upstream: string | null,
  model: string,
  upstreams: readonly Upstream[],
): Upstream[] {
  if (upstream !== null)
    return upstreams.filter(({ key }) => isMeant(upstream, key) && specificity(key, model) !== null)
  const keys = upstreams.map(({ key }) => key)
  const winners = new Set(mostSpecific(keys, model)?.keys.map(({ id }) => id))
  return upstreams.filter(({ key }) => winners.has(key.id))
}

function weigh(upstreams: readonly Keyed[]): number {
  return upstreams.reduce((total, { key }) => total + Math.max(0, key.weight), 0)
}
