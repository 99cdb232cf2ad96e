/** Why a request for a model would go where it goes: each key, in the order it would be tried, or why not. */
import type { ModelDefinition, ModelState, UpstreamKey } from '../core/entities.ts'
import { type Condition, firstUnmet, type RequestFacts } from './conditions.ts'
import { type Mirror, mirrorsOfModel, planOfModel } from './model-plan.ts'
import { type Keyed, type Plan, type Target, targetsOf } from './plan.ts'
import { CATCH_ALL, EXACT, mostSpecific, specificity } from './specificity.ts'

export interface Explained {
  upstream: string
  /** What the model is called there; null if the key does not serve it. */
  model: string | null
  priority: number | null
  weight: number | null
  /** Tried, or why not. */
  verdict: string
}

/** A request as far as it is known; what is not known can't be decided. */
export interface KnownRequest {
  facts: RequestFacts
  knows: ReadonlySet<Condition['asks']>
  /** False if the proxy key does not allow the model. */
  isAllowed: boolean
}

interface Situation {
  definition: ModelDefinition | null
  keys: readonly UpstreamKey[]
  states: readonly ModelState[]
  nowMs: number
  request: KnownRequest
  /** In the order of the model's strategy. */
  orderBy(plan: Plan<Keyed>): Plan<Keyed>
}

export function explainRoute(model: string, situation: Situation): Explained[] {
  const { definition, keys } = situation
  const upstreams = keys.map((key) => ({ key }))
  const winners = mostSpecific(keys, model)
  const plan =
    definition === null
      ? targetsOf(
          (winners?.keys ?? []).map((key) => ({ key })),
          model,
        )
      : planOfModel(definition, upstreams)
  const mirrors = definition === null ? [] : mirrorsOfModel(definition, upstreams)
  const tried = [...triedIn(plan, situation), ...mirrors.flatMap(mirrored)]
  const named = new Set(tried.map(({ upstream }) => upstream))
  const others = keys.filter(({ name }) => !named.has(name))
  return [...tried, ...others.map((key) => notTried(key, model, definition, winners))]
}

function triedIn(plan: Plan<Keyed>, situation: Situation): Explained[] {
  const ordered = situation.orderBy(plan).toSorted((one, other) => one.priority - other.priority)
  return ordered.flatMap((target) =>
    target.keys.map(({ key }) => ({
      upstream: key.name,
      model: target.model,
      priority: target.priority,
      weight: target.weight ?? key.weight,
      verdict: refusalOf(target, situation.request) ?? verdictOf(key, target, situation),
    })),
  )
}

function refusalOf({ conditions }: Target<Keyed>, request: KnownRequest): string | null {
  if (!request.isAllowed) return 'not tried: the proxy key does not allow this model'
  const known = conditions.filter(({ asks }) => request.knows.has(asks))
  const unmet = firstUnmet(known, request.facts)
  return unmet === null ? null : `not tried: it needs ${unmet.text}`
}

/** With the conditions that only the request itself decides. */
function verdictOf(key: UpstreamKey, target: Target<Keyed>, situation: Situation): string {
  const open = target.conditions.filter(({ asks }) => !situation.request.knows.has(asks))
  const health = healthOf(key, target.model, situation)
  return open.length === 0 ? health : `${health}, if ${open.map(({ text }) => text).join(' and ')}`
}

function mirrored({ percent, targets }: Mirror<Keyed>): Explained[] {
  return targets.flatMap(({ model, keys }) =>
    keys.map(({ key }) => ({
      ...{ upstream: key.name, model, priority: null, weight: null },
      verdict: `mirror: it gets a copy of ${percent} % of the requests`,
    })),
  )
}

function healthOf(key: UpstreamKey, model: string, { states, nowMs }: Situation): string {
  const { status, cooldownUntilMs } = key.state
  if (status === 'disabled' || status === 'invalid') return `not tried: ${status}`
  if (status === 'cooldown' && (cooldownUntilMs ?? 0) > nowMs)
    return `not tried until ${timeOf(cooldownUntilMs ?? 0)}: ${key.state.lastError}`
  const state = states.find((one) => one.upstreamKeyId === key.id && one.model === model)
  if (state === undefined || state.untilMs <= nowMs) return 'tried'
  const why = `${state.status} until ${timeOf(state.untilMs)}: ${state.lastError}`
  return state.status === 'degraded' || state.status === 'missing'
    ? `tried last, ${why}`
    : `not tried, ${why}`
}

function notTried(
  key: UpstreamKey,
  model: string,
  definition: ModelDefinition | null,
  winners: { specificity: number } | null,
): Explained {
  const none = { upstream: key.name, model: null, priority: null, weight: null }
  if (definition !== null) return { ...none, verdict: 'not a target of this model' }
  const own = specificity(key, model)
  if (own === null || winners === null) return { ...none, verdict: 'does not serve this model' }
  const rank = winners.specificity === EXACT ? 'name' : 'pattern'
  const how = own === CATCH_ALL ? 'it serves any model' : 'its pattern is shorter'
  return { ...none, verdict: `not tried: ${how}, and another key has the model's ${rank}` }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
