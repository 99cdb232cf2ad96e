/** The plan of a model that an operator defined: its targets, each with the keys that may serve it. */
import type { ModelDefinition, ModelTarget, UpstreamKey } from '../core/entities.ts'
import { readCondition } from './conditions.ts'
import { matchesModel } from './model-names.ts'
import { type Keyed, type Plan, type Target, targetsOf } from './plan.ts'
import { mostSpecific, specificity } from './specificity.ts'

/** Whether a target's `upstream` means this key: by its name, a pattern of names, its provider, or a `#tag`. */
export function isMeant(upstream: string, { name, provider, tags }: UpstreamKey): boolean {
  if (upstream.startsWith('#')) return tags.includes(upstream.slice(1))
  return matchesModel(upstream, name) || upstream === provider
}

/** In the order of the definition; mirrors, and targets that no key serves, are left out. */
export function planOfModel<Upstream extends Keyed>(
  { name, targets }: ModelDefinition,
  upstreams: readonly Upstream[],
): Plan<Upstream> {
  return targets
    .filter(({ mirrorPercent }) => mirrorPercent === null)
    .flatMap((target) => targetsFor(name, target, upstreams))
}

/** A target that gets copies of requests, and whose answers are dropped. */
export interface Mirror<Upstream extends Keyed> {
  targets: Plan<Upstream>
  /** The share of the requests that it gets a copy of. */
  percent: number
}

export function mirrorsOfModel<Upstream extends Keyed>(
  { name, targets }: ModelDefinition,
  upstreams: readonly Upstream[],
): readonly Mirror<Upstream>[] {
  return targets.flatMap((target) =>
    target.mirrorPercent === null
      ? []
      : [{ percent: target.mirrorPercent, targets: targetsFor(name, target, upstreams) }],
  )
}

/** More than one if its keys are at several hosts: they share its weight. */
function targetsFor<Upstream extends Keyed>(
  name: string,
  { upstream, model, priority, weight, contextTokens, maxInFlight, ...target }: ModelTarget,
  upstreams: readonly Upstream[],
): Target<Upstream>[] {
  const keys = keysFor(upstream, model, upstreams)
  const hosts = targetsOf(keys, model)
  const owner = `target:${name} ${model}@${upstream ?? ''}`
  const cap = maxInFlight ? { owner, max: maxInFlight } : null
  const conditions = target.conditions.map(readCondition).filter((one) => one !== null)
  return hosts.map((host) => ({
    ...host,
    priority,
    weight: weight === null ? null : (weight * weigh(host.keys)) / (weigh(keys) || 1),
    contextTokens,
    cap,
    conditions,
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
