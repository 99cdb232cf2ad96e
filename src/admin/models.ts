/** Public model names with their targets. */
import type { ModelDefinition, ModelTarget } from '../core/entities.ts'
import { type Explained, explainRoute } from '../routing/explain.ts'
import type { Actor, MakeChange } from './changes.ts'
import { checkedModels } from './checks.ts'
import type { AdminDependencies } from './dependencies.ts'
import { adminError } from './errors.ts'
import { allUpstreamKeys } from './pages.ts'

/** They determine where a request goes and how it is answered, and are not model parameters. */
const OWN_FIELDS = ['model', 'messages', 'input', 'prompt', 'stream', 'stream_options']

export function createModels({ store, nowMs }: AdminDependencies, change: MakeChange) {
  const find = async (name: string): Promise<ModelDefinition> => {
    const found = (await store.listModels()).find((model) => model.name === name)
    if (found === undefined) throw adminError('model_not_found', { model: name })
    return found
  }

  return {
    list: () => store.listModels(),
    /** Where a request for the model would go. Does not query the upstreams' own model lists. */
    async explain(name: string): Promise<Explained[]> {
      const definition = (await store.listModels()).find((model) => model.name === name) ?? null
      const keys = await allUpstreamKeys(store)
      const states = await store.listModelStates()
      return explainRoute(name, { definition, keys, states, nowMs: nowMs() })
    },
    find,
    /** Replaces any earlier definition of this name. */
    set: (actor: Actor, definition: ModelDefinition): Promise<ModelDefinition> => {
      checkDefinition(definition)
      return change(actor, async (step, record) => {
        const { name } = definition
        const before = (await step.listModels()).find((model) => model.name === name)
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
        if (before === undefined || !(await step.deleteModel(name)))
          throw adminError('model_not_found', { model: name })
        await record('model.delete', `model:${name}`, { before: modelView(before) })
      }),
  }
}

function checkDefinition({ name, targets, parameters }: ModelDefinition): void {
  checkedModels([name, ...targets.map(({ model }) => model)])
  if (name.endsWith('*') || targets.some(({ model }) => model.endsWith('*')))
    throw adminError('model_pattern', { model: name })
  if (targets.length === 0) throw adminError('targets_missing', { model: name })
  const fields = [
    ...Object.keys(parameters.default),
    ...Object.keys(parameters.set),
    ...parameters.drop,
  ]
  const own = fields.find((field) => OWN_FIELDS.includes(field))
  if (own !== undefined) throw adminError('parameter_reserved', { field: own })
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
