/** The list of models: names configured at upstream keys, and the lists of those that serve any model. */
import { GatewayError } from '../core/errors.ts'
import { sameTarget } from '../core/routing.ts'
import { DEMO_MODELS } from '../providers/demo.ts'
import { PROVIDERS } from '../providers/index.ts'
import type { UsableUpstream } from './directory.ts'
import type { Gateway } from './gateway.ts'
import { textOf, wholeBody } from './whole-body.ts'

export interface ModelEntry {
  id: string
  [further: string]: unknown
}

export interface ModelList {
  object: 'list'
  data: ModelEntry[]
  [further: string]: unknown
}

const ASK_TIMEOUT_MS = 10_000

/** Throws `upstream_error` only where nothing at all could be listed. */
export async function modelList(gateway: Gateway): Promise<ModelList> {
  const upstreams = gateway.directory.allUpstreams()
  if (upstreams.length === 0)
    return { object: 'list', data: DEMO_MODELS.map((id) => entry(id, 'gpt-proxy')) }
  const named = upstreams.flatMap(({ key }) =>
    [
      ...(key.models ?? []).filter((model) => !model.endsWith('*')),
      ...Object.keys(key.deployments ?? {}),
    ].map((id) => entry(id, key.provider)),
  )
  const open = onePerTarget(
    gateway,
    upstreams.filter(({ key }) => servesUnnamed(key)),
  )
  const lists = await Promise.all(open.map((upstream) => askedList(gateway, upstream)))
  const found = lists.filter((list) => list !== null)
  if (named.length === 0 && found.length === 0) {
    throw new GatewayError(
      'upstream_error',
      'gateway: no upstream gave its list of models. An operator sees why with "gpt-proxy upstream test".',
    )
  }
  const entries = [...named, ...found.flatMap((list) => list.data)]
  const once = new Map(entries.map((model) => [model.id, model]))
  return { ...(found.length === 1 ? found[0] : {}), object: 'list', data: [...once.values()] }
}

function servesUnnamed({ models, deployments, provider }: UsableUpstream['key']): boolean {
  if (provider === 'azure') return false
  return models === null ? deployments === null : models.some((model) => model.endsWith('*'))
}

/** Keys of one target list the same models, so the first usable one is asked. */
function onePerTarget(gateway: Gateway, upstreams: readonly UsableUpstream[]): UsableUpstream[] {
  const usable = upstreams.filter(({ key }) => gateway.pool.isUsable(key.id))
  return usable.filter(
    (one, index) => usable.findIndex((other) => sameTarget(one.key, other.key)) === index,
  )
}

async function askedList(
  gateway: Gateway,
  { key, secret }: UsableUpstream,
): Promise<ModelList | null> {
  const request = PROVIDERS[key.provider].modelList(key, secret)
  const sending = gateway.transport.send(request, { fresh: false })
  const timer = setTimeout(() => sending.cancel(), ASK_TIMEOUT_MS)
  try {
    const reply = await sending.reply
    const text = textOf(await wholeBody(reply))
    const value = reply.status === 200 ? (JSON.parse(text) as Partial<ModelList>) : null
    if (value !== null && Array.isArray(value.data))
      return { ...value, object: 'list', data: value.data }
    gateway.logger.warn({ upstream: key.name, status: reply.status }, 'no list of models')
  } catch (error) {
    gateway.logger.warn(
      { upstream: key.name, error: (error as Error).message },
      'no list of models',
    )
  } finally {
    clearTimeout(timer)
  }
  return null
}

function entry(id: string, owner: string): ModelEntry {
  return { id, object: 'model', created: 0, owned_by: owner }
}
