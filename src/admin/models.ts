/** Public model names with their targets. */
import { MAX_CONCURRENT, type ModelDefinition, type ModelTarget } from '../core/entities.ts'
import { RESERVED_FIELDS } from '../protocols/request-body.ts'
import { readCondition } from '../routing/conditions.ts'
import { type Explained, explainRoute } from '../routing/explain.ts'
import type { Actor, MakeChange } from './changes.ts'
import { checkedModels } from './checks.ts'
import type { AdminDependencies } from './dependencies.ts'
import { adminError } from './errors.ts'
import { findKey } from './keys/keys.ts'
import { knownRequest, strategyOrder } from './known-request.ts'
import { allUpstreamKeys } from './pages.ts'
import { NO_TARGETS } from './store.ts'

export interface ExplainInput {
  /** Of the proxy key: its id or prefix. */
  keyName?: string | null
  /** A request in any of the wire formats. */
  body?: Readonly<Record<string, unknown>> | null
}

export function createModels({ store, nowMs }: AdminDependencies, change: MakeChange) {
  const find = async (name: string): Promise<ModelDefinition> => {
    const found = (await store.listModels()).find((model) => model.name === name)
    if (found !== undefined) return found
    const malformed = (await store.malformedModels()).find((model) => model.name === name)
    throw malformed === undefined
      ? adminError('model_not_found', { model: name })
      : adminError('model_malformed', { reason: malformed.reason })
  }

  return {
    list: () => store.listModels(),
    /**
     * Where a request for the model would go; `keyName` and `body` decide conditions and the strategy. Does not query
     * the upstreams' own model lists.
     */
    async explain(
      name: string,
      { keyName = null, body = null }: ExplainInput = {},
    ): Promise<Explained[]> {
      const definition = (await store.listModels()).find((model) => model.name === name) ?? null
      const malformed = (await store.malformedModels()).find((model) => model.name === name)
      if (malformed !== undefined && !malformed.reason.endsWith(NO_TARGETS))
        throw adminError('model_malformed', { reason: malformed.reason })
      const key = keyName === null ? null : await findKey(store, keyName)
      const asked = { model: name, key, body }
      const keys = await allUpstreamKeys(store)
      const states = await store.listModelStates()
      return explainRoute(name, {
        ...{ definition, keys, states, nowMs: nowMs() },
        request: knownRequest(asked),
        orderBy: strategyOrder(definition, asked, await store.listPrices()),
      })
    },
    find,
    /** Replaces any earlier definition of this name; `mode` refuses that, or requires it. */
    set: (
      actor: Actor,
      definition: ModelDefinition,
      mode: 'new' | 'known' | 'either' = 'either',
    ): Promise<ModelDefinition> => {
      checkDefinition(definition)
      return change(actor, async (step, record) => {
        const { name } = definition
        const before = (await step.listModels()).find((model) => model.name === name)
        if (mode === 'new' && before !== undefined)
          throw adminError('model_exists', { model: name })
        if (mode === 'known' && before === undefined)
          throw adminError('model_not_found', { model: name })
        await step.saveModel(definition)
        await record('model.set', `model:${name}`, {
          before: before === undefined ? null : modelView(before),
          after: modelView(definition),
        })
        return definition
      })
    },
    remove: (actor: Actor, name: string): Promise<void> =>
      change(actor, async (step, record) => {
        const before = (await step.listModels()).find((model) => model.name === name)
        if (!(await step.deleteModel(name))) throw adminError('model_not_found', { model: name })
        const view = before === undefined ? null : modelView(before)
        await record('model.delete', `model:${name}`, { before: view })
      }),
  }
}

export function checkDefinition(definition: ModelDefinition): void {
  const { name, targets, parameters } = definition
  checkedModels([name], 'model')
  for (const [at, { model }] of targets.entries()) checkedModels([model], `targets.${at}.model`)
  if (name.endsWith('*') || targets.some(({ model }) => model.endsWith('*')))
    throw adminError('model_pattern', { model: name })
  if (targets.every(({ mirrorPercent }) => mirrorPercent !== null))
    throw adminError(targets.length === 0 ? 'targets_missing' : 'mirrors_only', { model: name })
  if (definition.firstTokenAction === 'hedge' && definition.firstTokenMs === null)
    throw adminError('hedge_without_time', { model: name })
  const outOfRange = targets.find((target) => !hasNumbersInRange(target))
  if (outOfRange !== undefined) throw adminError('target_number', { target: outOfRange.model })
  for (const [at, { conditions }] of targets.entries()) {
    const wrong = conditions.find((condition) => readCondition(condition) === null)
    const field = `targets.${at}.conditions`
    if (wrong !== undefined) throw adminError('condition_invalid', { field, condition: wrong })
  }
  checkParameters(parameters)
}

function checkParameters(parameters: ModelDefinition['parameters']): void {
  const named = [
    ...Object.keys(parameters.default).map((name) => ({ field: 'default', name })),
    ...Object.keys(parameters.set).map((name) => ({ field: 'set', name })),
    ...parameters.drop.map((name) => ({ field: 'drop', name })),
  ]
  const own = named.find(({ name }) => RESERVED_FIELDS.includes(name.replace(/<$/, '')))
  if (own !== undefined) throw adminError('parameter_reserved', own)
  const unbounded = Object.entries(parameters.set).find(
    ([name, bound]) => name.endsWith('<') && typeof bound !== 'number',
  )
  if (unbounded !== undefined)
    throw adminError('parameter_invalid', { field: 'set', text: unbounded.join('=') })
  const unusable = named.find(({ name }) => !PARAMETER.test(name))
  if (unusable !== undefined)
    throw adminError('parameter_invalid', { field: unusable.field, text: unusable.name })
}

/** The name of a field of a request's body. */
const PARAMETER = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Z}]{1,200}$/u
const MAX_TARGET_NUMBER = 999_999_999

function hasNumbersInRange({ mirrorPercent, ...target }: ModelTarget): boolean {
  const { priority, weight, contextTokens, maxInFlight } = target
  return (
    isWithin(mirrorPercent, 1, 100) &&
    isWithin(maxInFlight, 0, MAX_CONCURRENT) &&
    [priority, weight, contextTokens].every((number) => isWithin(number, 0, MAX_TARGET_NUMBER))
  )
}

function isWithin(number: number | null, least: number, most: number): boolean {
  return number === null || (Number.isSafeInteger(number) && number >= least && number <= most)
}

export function modelView(definition: ModelDefinition) {
  const { name, strategy, targets, parameters, firstTokenMs, fallbackOnFilter } = definition
  return {
    name,
    strategy,
    targets: targets.map(targetView),
    default: parameters.default,
    set: parameters.set,
    drop: parameters.drop,
    first_token_ms: firstTokenMs,
    first_token_action: definition.firstTokenAction,
    fallback_on_filter: fallbackOnFilter,
  }
}

function targetView({ upstream, model, priority, weight, ...target }: ModelTarget) {
  return {
    upstream,
    model,
    priority,
    weight,
    context_tokens: target.contextTokens,
    max_in_flight: target.maxInFlight,
    mirror_percent: target.mirrorPercent,
    conditions: target.conditions,
  }
}
