/** Why a request for a model would go where it goes: each key, in the order it would be tried, or why not. */
import type { ModelDefinition, ModelState, UpstreamKey } from '../core/entities.ts'
import { type Condition, firstUnmet, type RequestFacts } from './conditions.ts'
import { type Mirror, mirrorsOfModel, planOfModel } from './model-plan.ts'
import { type Keyed, type Plan, type Target, targetsOf } from './plan.ts'
import { CATCH_ALL, EXACT, mostSpecific, specificity } from './specificity.ts'

export const EXPLAIN_REASONS = [
  'tried',
  'tried_last',
  'mirror',
  'key_not_allowed',
  'condition',
  'disabled',
  'invalid',
  'resting',
  'not_a_target',
  'not_served',
  'less_specific',
] as const
export type ExplainReason = (typeof EXPLAIN_REASONS)[number]

interface Verdict {
  /** Tried, or why not, as a sentence in English. */
  verdict: string
  /** The same as a code, for programs and for other languages. */
  reason: ExplainReason
  /** The conditions that decide, the last error, or a mirror's percentage; null if there is nothing to add. */
  detail: string | null
  /** The end of a rest, ISO 8601; null if it does not rest. */
  until: string | null
}

export interface Explained extends Verdict {
  upstream: string
  /** What the model is called there; null if the key does not serve it. */
  model: string | null
  priority: number | null
  weight: number | null
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
      ...(refusalOf(target, situation.request) ?? verdictOf(key, target, situation)),
    })),
  )
}

function judged(reason: ExplainReason, verdict: string, more: Partial<Verdict> = {}): Verdict {
  return { verdict, reason, detail: null, until: null, ...more }
}

function refusalOf({ conditions }: Target<Keyed>, request: KnownRequest): Verdict | null {
  if (!request.isAllowed)
    return judged('key_not_allowed', 'not tried: the proxy key does not allow this model')
  const known = conditions.filter(({ asks }) => request.knows.has(asks))
  const unmet = firstUnmet(known, request.facts)
  if (unmet === null) return null
  return judged('condition', `not tried: it needs ${unmet.text}`, { detail: unmet.text })
}

/** With the conditions that only the request itself decides. */
function verdictOf(key: UpstreamKey, target: Target<Keyed>, situation: Situation): Verdict {
  const open = target.conditions.filter(({ asks }) => !situation.request.knows.has(asks))
  const health = healthOf(key, target.model, situation)
  if (open.length === 0) return health
  const conditions = open.map(({ text }) => text).join(' and ')
  const verdict = `${health.verdict}, if ${conditions}`
  return { ...health, verdict, detail: health.reason === 'tried' ? conditions : health.detail }
}

function mirrored({ percent, targets }: Mirror<Keyed>): Explained[] {
  const verdict = `mirror: it gets a copy of ${percent} % of the requests`
  return targets.flatMap(({ model, keys }) =>
    keys.map(({ key }) => ({
      ...{ upstream: key.name, model, priority: null, weight: null },
      ...judged('mirror', verdict, { detail: String(percent) }),
    })),
  )
}

function healthOf(key: UpstreamKey, model: string, { states, nowMs }: Situation): Verdict {
  const { status, cooldownUntilMs, lastError } = key.state
  if (status === 'disabled' || status === 'invalid') return judged(status, `not tried: ${status}`)
  if (status === 'cooldown' && (cooldownUntilMs ?? 0) > nowMs) {
    const until = timeOf(cooldownUntilMs ?? 0)
    const verdict = `not tried until ${until}: ${lastError}`
    return judged('resting', verdict, { detail: lastError, until })
  }
  const state = states.find((one) => one.upstreamKeyId === key.id && one.model === model)
  if (state === undefined || state.untilMs <= nowMs) return judged('tried', 'tried')
  const until = timeOf(state.untilMs)
  const why = `${state.status} until ${until}: ${state.lastError}`
  const more = { detail: state.lastError, until }
  return state.status === 'degraded' || state.status === 'missing'
    ? judged('tried_last', `tried last, ${why}`, more)
    : judged('resting', `not tried, ${why}`, more)
}

function notTried(
  key: UpstreamKey,
  model: string,
  definition: ModelDefinition | null,
  winners: { specificity: number } | null,
): Explained {
  const none = { upstream: key.name, model: null, priority: null, weight: null }
  if (definition !== null)
    return { ...none, ...judged('not_a_target', 'not a target of this model') }
  const own = specificity(key, model)
  if (own === null || winners === null)
    return { ...none, ...judged('not_served', 'does not serve this model') }
  const rank = winners.specificity === EXACT ? 'name' : 'pattern'
  const how = own === CATCH_ALL ? 'it serves any model' : 'its pattern is shorter'
  const verdict = `not tried: ${how}, and another key has the model's ${rank}`
  return { ...none, ...judged('less_specific', verdict) }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
