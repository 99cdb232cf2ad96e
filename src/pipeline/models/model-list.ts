/** The list of models: names configured at upstream keys, and the lists of those that serve any model. */
import { GatewayError } from '../../core/errors.ts'
import { PROVIDER_FACTS } from '../../core/providers/providers.ts'
import { withTimeout } from '../../core/time/with-timeout.ts'
import { modelEntry } from '../../protocols/openai/model-list.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'
import { DEMO_MODELS, isDemoModel } from '../../providers/demo/models.ts'
import { upstreamModelName } from '../../routing/choose-key.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Host, ModelList } from '../../upstreams/known-lists.ts'
import type { Services } from '../services.ts'
import { describeModels, type ListedModel } from './describe-models.ts'
import { upstreamModel } from './upstream-models.ts'

export interface Models {
  /** Throws `upstream_error` only if nothing at all could be listed. `hops`: the gateways that ask for it. */
  list(hops?: string | null): Promise<ModelList>
  /** A model by its name: a listed one, or one that the upstream which a chat would go to knows unlisted. */
  find(model: string): Promise<ModelEntry | null>
}

export function createModelList(gateway: Services): Models {
  const described = describeModels(gateway)
  const one = async (listed: ListedModel) => (await described([listed]))[0] ?? listed.entry
  const models: Models = {
    async find(model) {
      if (isDemoModel(model)) return modelEntry(model, 'gpt-proxy')
      const found = namedIn(gateway).find(({ entry }) => entry.id === model)
      if (found !== undefined) return one(found)
      const { data } = await models.list()
      const listed = data.find(({ id }) => id === model)
      return listed ?? (await unlisted(gateway, model, one))
    },
    async list(hops = null) {
      const upstreams = gateway.directory.allUpstreams()
      if (upstreams.length === 0)
        return { object: 'list', data: DEMO_MODELS.map((id) => modelEntry(id, 'gpt-proxy')) }
      const named = namedIn(gateway)
      const hosts = openHosts(upstreams)
      const lists = await Promise.all(hosts.map((host) => gateway.modelLists.list(host, hops)))
      const found = lists.filter((list) => list !== null)
      if (named.length === 0 && found.length === 0) throw nothingListed()
      const all = [...named, ...lists.flatMap((list, at) => listedAt(hosts[at], list))]
      const once = new Map(all.map((listed) => [listed.entry.id, listed]))
      const data = await described([...once.values()])
      return { ...(found.length === 1 ? found[0] : {}), object: 'list', data }
    },
  }
  return models
}

/** The models of a host, which any of its keys serves. */
function listedAt(host: Host | undefined, list: ModelList | null): ListedModel[] {
  const key = host?.[0]?.key
  return (list?.data ?? []).map((entry) => ({
    entry,
    source: key === undefined ? null : { key, model: entry.id },
    contextTokens: null,
  }))
}

/**
 * Whether the list of models shows it, which every key may read. True as well while an upstream's list can't
 * be had, since it may be there.
 */
export async function isListed(gateway: Services, model: string): Promise<boolean> {
  const upstreams = gateway.directory.allUpstreams()
  if (namedIn(gateway).some(({ entry }) => entry.id === model)) return true
  const lists = await Promise.all(openHosts(upstreams).map((host) => gateway.modelLists.list(host)))
  return lists.some((list) => list === null || list.data.some(({ id }) => id === model))
}

/**
 * Names at upstreams that list their models themselves. A list that can't be had, or not within `waitMs`, is left out;
 * one that comes later is remembered for the next call.
 */
export async function listedNames(gateway: Services, waitMs: number): Promise<string[]> {
  const hosts = openHosts(gateway.directory.allUpstreams())
  const listOf = (host: Host) =>
    withTimeout(gateway.modelLists.list(host), waitMs, 'a list of models').catch(() => null)
  const lists = await Promise.all(hosts.map(listOf))
  return lists.flatMap((list) => list?.data ?? []).map(({ id }) => id)
}

/** Vendors serve models that they do not list: snapshots, previews, fine-tuned ones of other projects. */
async function unlisted(
  gateway: Services,
  model: string,
  describe: (listed: ListedModel) => Promise<ModelEntry>,
): Promise<ModelEntry | null> {
  const { plan, askLists } = gateway.directory.routeFor(model)
  if (askLists) return null
  const keys = plan.flatMap((target) => target.keys)
  const entry = await upstreamModel(gateway, keys, model)
  const key = keys[0]?.key
  if (entry === null || key === undefined) return entry
  return describe({ entry, source: { key, model }, contextTokens: null })
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

function namedIn(gateway: Services): ListedModel[] {
  return [...definedIn(gateway), ...gateway.directory.allUpstreams().flatMap(namedBy)]
}

/** Of several targets the largest window counts: longer prompts go to those that take them. */
function definedIn({ directory }: Services): ListedModel[] {
  return directory.models().map(({ name, targets }) => {
    const [target] = directory.routeFor(name).plan
    const key = target?.keys[0]?.key
    const windows = targets.map(({ contextTokens }) => contextTokens ?? 0)
    return {
      entry: modelEntry(name, 'gpt-proxy'),
      source: target === undefined || key === undefined ? null : { key, model: target.model },
      contextTokens: Math.max(0, ...windows) || null,
    }
  })
}

function namedBy({ key }: UsableUpstream): ListedModel[] {
  const names = (key.models ?? []).filter((model) => !model.endsWith('*'))
  const all = [...names, ...Object.keys(key.deployments ?? {})]
  return all.map((id) => ({
    entry: modelEntry(id, key.provider),
    source: {
      key,
      model: PROVIDER_FACTS[key.provider].namesAreDeployments ? id : upstreamModelName(key, id),
    },
    contextTokens: null,
  }))
}

function nothingListed(): GatewayError {
  return new GatewayError(
    'upstream_error',
    'gateway: no upstream gave its list of models. An operator sees why with "gpt-proxy upstream test".',
  )
}
