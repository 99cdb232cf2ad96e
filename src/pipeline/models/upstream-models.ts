/** The models of one upstream, or one of them, asked for with its keys in turn until one of them answers. */
import type { GatewayError } from '../../core/errors.ts'
import { type Failure, failure, isAboutRequest } from '../../core/failure.ts'
import { HOPS_HEADER } from '../../core/hops.ts'
import { redactValue } from '../../core/redact.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import { readModelList } from '../../protocols/openai/model-list.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'
import { modelListRequest, PROVIDERS, vendorAt } from '../../providers/index.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { KeyCheckResult } from '../../upstreams/health/checks.ts'
import type { ModelList } from '../../upstreams/known-lists.ts'
import { TransportError, type WireRequest } from '../../upstreams/transport.ts'
import { decodedText, jsonOf, wholeBody } from '../attempt/read-body.ts'
import { noFileLeft } from '../attempt/refusals.ts'
import { failureFromError } from '../attempt/send.ts'
import { isSuccess, statusFailure } from '../attempt/upstream-error.ts'
import type { Services } from '../services.ts'

/** No model has this name, so that only the states of the key and its host are looked at. */
const NO_MODEL = ''
const ASK_TIMEOUT_MS = 10_000
/** Thousands of models; each text in it is searched for keys. */
const MAX_BYTES = 4 * 1024 * 1024

/** Null if no key got a list. `keys` are all of one host, which lists the same models to each. */
export async function upstreamModels(
  gateway: Services,
  keys: readonly UsableUpstream[],
  hops: string | null = null,
): Promise<ModelList | null> {
  for (const upstream of keys) {
    const { key } = upstream
    if (gateway.health.admission(key, NO_MODEL) === 'deny') continue
    const asked = await ask(gateway, upstream, listOf(upstream, hops))
    if ('found' in asked) return asked.found
    if ('error' in asked) throw asked.error
    const { failed } = asked
    // A list says nothing about models, and a key with rights for answers alone is refused it.
    if (failed.scope === 'key' || (failed.scope === 'host' && failed.class !== 'timeout'))
      gateway.health.failed(key, null, { failed, request: '', mayMark: true })
    gateway.logger.warn({ upstream: key.name, cause: failed.detail }, 'no list of models')
    // Small upstreams have no list at all, and clients check their connection by asking for it.
    if (isAboutRequest(failed) || failed.class === 'model') return { object: 'list', data: [] }
  }
  return null
}

/** What is sent as a name: some upstreams decode `%2F`, and then read `a/../../files` as another path. */
const SAFE_NAME = /^(?!.*\.\.)[\w.:@~+=,-]+(?:\/[\w.:@~+=,-]+)*$/

/**
 * A model by its name, for those that an upstream serves and does not list. Null if no key knows it, if its
 * provider has no such route, or if the name could be read as another path.
 */
export async function upstreamModel(
  gateway: Services,
  keys: readonly UsableUpstream[],
  model: string,
): Promise<ModelEntry | null> {
  if (!SAFE_NAME.test(model)) return null
  for (const upstream of keys) {
    const vendor = vendorAt(upstream.key.provider, 'openai')
    if (vendor === null || gateway.health.admission(upstream.key, NO_MODEL) === 'deny') continue
    const path = { path: `models/${encodeURIComponent(model)}`, query: '', model: NO_MODEL }
    const asked = await ask(gateway, upstream, {
      request: { method: 'GET', ...vendor(upstream.key, upstream.secret, path), body: null },
      read: (value) => readModelList([value])?.[0] ?? null,
    })
    if ('found' in asked) return asked.found
    if ('error' in asked) throw asked.error
    if (asked.failed.status === 404) return null
  }
  return null
}

/** Asks one key for its list, whatever its state: what that says about the key. */
export async function checkKey(
  gateway: Services,
  upstream: UsableUpstream,
): Promise<KeyCheckResult> {
  const asked = await ask(gateway, upstream, listOf(upstream, null))
  if ('found' in asked) return 'accepted'
  if ('error' in asked) return 'unclear'
  const { class: kind, scope, status } = asked.failed
  if (kind === 'auth' && scope === 'key') return 'refused'
  // Without credentials the upstream was not asked.
  if (kind === 'connect' && scope === 'key') return 'unclear'
  if (status === null || kind === 'server') return 'unreachable'
  if (status === 401) return 'doubtful'
  return status < 300 || kind === 'rate' || kind === 'quota' ? 'accepted' : 'unclear'
}

interface Question<Found> {
  request: WireRequest
  /** Of the JSON that came; null if it is not what was asked for. */
  read(value: unknown): Found | null
}

/** An error ends it for all keys. */
type Asked<Found> = { found: Found } | { failed: Failure } | { error: GatewayError }

async function ask<Found>(
  gateway: Services,
  upstream: UsableUpstream,
  { request, read }: Question<Found>,
): Promise<Asked<Found>> {
  // An idle connection may just be closing, and this request is not retried.
  const sending = gateway.transport.send(request, { fresh: true })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    sending.cancel()
  }, ASK_TIMEOUT_MS)
  try {
    const reply = await sending.reply
    const cancel = () => sending.cancel()
    if (!isSuccess(reply.status)) {
      const { failure: failed } = await statusFailure({
        services: gateway,
        upstream,
        reply,
        cancel,
      })
      return { failed }
    }
    const value = jsonOf(decodedText(await wholeBody(reply, { maxBytes: MAX_BYTES })))
    // Upstreams can say their key back here as anywhere.
    const found = read(redactValue(value, upstream.secretForms))
    return found === null ? { failed: noList() } : { found }
  } catch (error) {
    sending.cancel()
    if (timedOut) return { failed: failure('timeout', `no list within ${ASK_TIMEOUT_MS} ms`) }
    if (error instanceof TransportError && error.fault === 'no_file_left')
      return { error: noFileLeft() }
    return { failed: failureFromError(error, null, upstream) }
  } finally {
    clearTimeout(timer)
  }
}

function noList(): Failure {
  return failure('client', 'status 200, but no list of models', { status: 200 })
}

function listOf({ key, secret }: UsableUpstream, hops: string | null): Question<ModelList> {
  const further = hops === null ? null : { [HOPS_HEADER]: hops }
  return {
    request: { ...modelListRequest(key, secret), further },
    read(value) {
      const data = PROTOCOLS[PROVIDERS[key.provider].protocols[0]].readModelList(value)
      if (data === null) return null
      const further = Array.isArray(value) ? {} : (value as object)
      return { ...further, object: 'list', data }
    },
  }
}
