/** Why a request for a model would go where it goes: each key, in the order it would be tried, or why not. */
import type { ModelDefinition, ModelState, UpstreamKey } from '../core/entities.ts'
import { planOfModel } from './model-plan.ts'
import { type Keyed, type Plan, targetsOf } from './plan.ts'
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

interface Situation {
  definition: ModelDefinition | null
  keys: readonly UpstreamKey[]
  states: readonly ModelState[]
  nowMs: number
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
  const tried = triedIn(plan, situation)
  const named = new Set(tried.map(({ upstream }) => upstream))
  const others = keys.filter(({ name }) => !named.has(name))
  return [...tried, ...others.map((key) => notTried(key, model, definition, winners))]
}

function triedIn(plan: Plan<Keyed>, situation: Situation): Explained[] {
  const ordered = [...plan].sort((one, other) => one.priority - other.priority)
  return ordered.flatMap((target) =>
    target.keys.map(({ key }) => ({
      upstream: key.name,
      model: target.model,
      priority: target.priority,
      weight: target.weight ?? key.weight,
      verdict: healthOf(key, target.model, situation),
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
