/** The list of models: names configured at upstream keys, and the lists of those that serve any model. */
import { GatewayError } from '../../core/errors.ts'
import { PROVIDER_FACTS } from '../../core/providers.ts'
import { modelEntry } from '../../protocols/openai/model-list.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'
import { DEMO_MODELS, isDemoModel } from '../../providers/demo/models.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { Services } from '../services.ts'
import { type ModelList, upstreamModels } from './upstream-models.ts'

/** A list stands for this long; where none was got, it is asked for again sooner. */
const LIST_MS = 60_000
const NO_LIST_MS = 5_000

type Target = readonly UsableUpstream[]

export interface Models {
  /** Throws `upstream_error` only if nothing at all could be listed. */
  list(): Promise<ModelList>
  /** A model by its name, out of what is listed: no upstream is asked for a path that a client made up. */
  find(model: string): Promise<ModelEntry | null>
}

export function createModelList(gateway: Services): Models {
  const listOf = rememberedLists((target) => upstreamModels(gateway, target))
  const models: Models = {
    async find(model) {
      if (isDemoModel(model)) return modelEntry(model, 'gpt-proxy')
      const named = gateway.directory.allUpstreams().flatMap(namedBy)
      const found = named.find(({ id }) => id === model)
      if (found !== undefined) return found
      const { data } = await models.list()
      return data.find(({ id }) => id === model) ?? null
    },
    async list() {
      const upstreams = gateway.directory.allUpstreams()
      if (upstreams.length === 0)
        return { object: 'list', data: DEMO_MODELS.map((id) => modelEntry(id, 'gpt-proxy')) }
      const named = upstreams.flatMap(namedBy)
      const lists = await Promise.all(openTargets(upstreams).map(listOf))
      const found = lists.filter((list) => list !== null)
      if (named.length === 0 && found.length === 0) throw nothingListed()
      const entries = [...named, ...found.flatMap((list) => list.data)]
      const once = new Map(entries.map((model) => [model.id, model]))
      return { ...(found.length === 1 ? found[0] : {}), object: 'list', data: [...once.values()] }
    },
  }
  return models
}

/** Whoever asks while a list is on its way waits for the same one, so a client that leaves ends nobody's. */
function rememberedLists(ask: (target: Target) => Promise<ModelList | null>) {
  const remembered = new Map<string, { list: Promise<ModelList | null>; untilMs: number }>()
  return (target: Target): Promise<ModelList | null> => {
    const nowMs = performance.now()
    for (const [name, { untilMs }] of remembered) if (untilMs <= nowMs) remembered.delete(name)
    const name = nameOf(target)
    const known = remembered.get(name)
    if (known !== undefined) return known.list
    const asked = { list: ask(target), untilMs: Number.POSITIVE_INFINITY }
    remembered.set(name, asked)
    const keepFor = (ms: number) => {
      asked.untilMs = performance.now() + ms
    }
    asked.list.then(
      (list) => keepFor(list === null ? NO_LIST_MS : LIST_MS),
      () => keepFor(0),
    )
    return asked.list
  }
}

/** Another one as soon as a key of it is added, replaced or removed. */
function nameOf(target: Target): string {
  return target.map(({ key }) => `${key.id} ${key.baseUrl} ${key.encryptedKey}`).join('\n')
}

/** The keys that serve models nobody has named, by the upstream they belong to. */
function openTargets(upstreams: readonly UsableUpstream[]): Target[] {
  const open = upstreams.filter(({ key }) => servesUnnamed(key))
  return [...Map.groupBy(open, ({ key }) => `${key.provider} ${key.baseUrl}`).values()]
}

function servesUnnamed({ models, deployments, provider }: UsableUpstream['key']): boolean {
  if (!PROVIDER_FACTS[provider].servesUnnamedModels) return false
  return models === null ? deployments === null : models.some((model) => model.endsWith('*'))
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
