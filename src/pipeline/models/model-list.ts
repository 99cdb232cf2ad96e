/** The list of models: names configured at upstream keys, and the lists of those that serve any model. */
import { GatewayError } from '../../core/errors.ts'
import { PROVIDER_FACTS } from '../../core/providers/providers.ts'
import { modelEntry } from '../../protocols/openai/model-list.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'
import { DEMO_MODELS, isDemoModel } from '../../providers/demo/models.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Host, ModelList } from '../../upstreams/known-lists.ts'
import type { Services } from '../services.ts'
import { upstreamModel } from './upstream-models.ts'

export interface Models {
  /** Throws `upstream_error` only if nothing at all could be listed. */
  list(): Promise<ModelList>
  /** A model by its name: a listed one, or one that the upstream which a chat would go to knows unlisted. */
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
      return data.find(({ id }) => id === model) ?? (await unlisted(gateway, model))
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

/**
 * Whether the list of models shows it, which every key may read. True as well while an upstream's list can't
 * be had, since it may be there.
 */
export async function isListed(gateway: Services, model: string): Promise<boolean> {
  const upstreams = gateway.directory.allUpstreams()
  const named = [...definedIn(gateway), ...upstreams.flatMap(namedBy)]
  if (named.some(({ id }) => id === model)) return true
  const lists = await Promise.all(openHosts(upstreams).map(gateway.modelLists.list))
  return lists.some((list) => list === null || list.data.some(({ id }) => id === model))
}

/** Vendors serve models that they do not list: snapshots, previews, fine-tuned ones of other projects. */
async function unlisted(gateway: Services, model: string): Promise<ModelEntry | null> {
  const { plan, askLists } = gateway.directory.routeFor(model)
  if (askLists) return null
  const keys = plan.flatMap((target) => target.keys)
  return upstreamModel(gateway, keys, model)
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
