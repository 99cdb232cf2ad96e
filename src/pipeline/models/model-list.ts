/** The list of models: names configured at upstream keys, and the lists of those that serve any model. */
import { GatewayError } from '../../core/errors.ts'
import { PROVIDER_FACTS } from '../../core/providers.ts'
import { modelEntry } from '../../protocols/openai/model-list.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'
import { DEMO_MODELS, isDemoModel } from '../../providers/demo/models.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Host, ModelList } from '../../upstreams/known-lists.ts'
import type { Services } from '../services.ts'

export interface Models {
  /** Throws `upstream_error` only if nothing at all could be listed. */
  list(): Promise<ModelList>
  /** A model by its name, out of what is listed: no upstream is asked for a path that a client made up. */
  find(model: string): Promise<ModelEntry | null>
}

export function createModelList(gateway: Services): Models {
  const models: Models = {
    async find(model) {
      if (isDemoModel(model)) return modelEntry(model, 'gpt-proxy')
      const named = [...definedIn(gateway), ...gateway.directory.allUpstreams().flatMap(namedBy)]
      const found = named.find(({ id }) => id === model)
      if (found !== undefined) return found
      const { data } = await models.list()
      return data.find(({ id }) => id === model) ?? null
    },
    async list() {
      const upstreams = gateway.directory.allUpstreams()
      if (upstreams.length === 0)
        return { object: 'list', data: DEMO_MODELS.map((id) => modelEntry(id, 'gpt-proxy')) }
      const named = [...definedIn(gateway), ...upstreams.flatMap(namedBy)]
      const lists = await Promise.all(openHosts(upstreams).map(gateway.modelLists.list))
      const found = lists.filter((list) => list !== null)
      if (named.length === 0 && found.length === 0) throw nothingListed()
      const entries = [...named, ...found.flatMap((list) => list.data)]
      const once = new Map(entries.map((model) => [model.id, model]))
      return { ...(found.length === 1 ? found[0] : {}), object: 'list', data: [...once.values()] }
    },
  }
  return models
}

/** The keys without a list of models, by their host. */
function openHosts(upstreams: readonly UsableUpstream[]): Host[] {
  const open = upstreams.filter(({ key }) => servesUnnamed(key))
  return [...Map.groupBy(open, ({ key }) => `${key.provider} ${key.baseUrl}`).values()]
}

function servesUnnamed({ models, deployments, provider }: UsableUpstream['key']): boolean {
  if (!PROVIDER_FACTS[provider].servesUnnamedModels) return false
  return models === null ? deployments === null : models.some((model) => model.endsWith('*'))
}

function definedIn({ directory }: Services): ModelEntry[] {
  return directory.models().map(({ name }) => modelEntry(name, 'gpt-proxy'))
}

function namedBy({ key }: UsableUpstream): ModelEntry[] {
  const names = (key.models ?? []).filter((model) => !model.endsWith('*'))
  const all = [...names, ...Object.keys(key.deployments ?? {})]
  return all.map((id) => modelEntry(id, key.provider))
}

function nothingListed(): GatewayError {
  return new GatewayError(
    'upstream_error',
    'gateway: no upstream gave its list of models. An operator sees why with "gpt-proxy upstream test".',
  )
}
