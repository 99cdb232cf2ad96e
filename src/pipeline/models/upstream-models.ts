/** The models of one upstream, asked for with its keys in turn until one of them answers. */
import type { GatewayError } from '../../core/errors.ts'
import { type Failure, failure } from '../../core/failure.ts'
import { redactValue } from '../../core/redact.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import { classifyCode } from '../../protocols/openai/error.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'
import { PROVIDERS } from '../../providers/index.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { TransportError } from '../../upstreams/transport.ts'
import { jsonOf, textOf, wholeBody } from '../attempt/read-body.ts'
import { noFileLeft } from '../attempt/refusals.ts'
import { failureFromError } from '../attempt/send.ts'
import { isSuccess, statusFailure } from '../attempt/upstream-error.ts'
import type { Services } from '../services.ts'

export interface ModelList {
  object: 'list'
  data: ModelEntry[]
  [further: string]: unknown
}

const ASK_TIMEOUT_MS = 10_000
/** Thousands of models; each text in it is searched for keys. */
const MAX_BYTES = 4 * 1024 * 1024

/** Null where no key got a list. `keys` are all of one target, which lists the same models to each. */
export async function upstreamModels(
  gateway: Services,
  keys: readonly UsableUpstream[],
): Promise<ModelList | null> {
  const { pool, logger } = gateway
  for (const upstream of keys) {
    const { id, name } = upstream.key
    if (!pool.isUsable(id)) continue
    pool.claim(id)
    const asked = await ask(gateway, upstream)
    if ('list' in asked) {
      pool.succeeded(id)
      return asked.list
    }
    if ('error' in asked) {
      pool.released(id)
      throw asked.error
    }
    if (isVerdict(asked.failed)) pool.failed(id, name, asked.failed)
    else pool.released(id)
    logger.warn({ upstream: name, cause: asked.failed.detail }, 'no list of models')
    // Small upstreams have no list at all, and clients check their connection by asking for it.
    if (asked.failed.class === 'client') return { object: 'list', data: [] }
  }
  return null
}

/**
 * What a list can't tell: a key with rights for models' answers alone is refused the list and works all the
 * same, and our limit of time here is shorter than the one for answers.
 */
function isVerdict({ class: kind, code, timedOut }: Failure): boolean {
  return kind === 'auth' ? classifyCode(code) === 'auth' : !timedOut
}

/** An error ends it for all keys. */
type Asked = { list: ModelList } | { failed: Failure } | { error: GatewayError }

async function ask(gateway: Services, upstream: UsableUpstream): Promise<Asked> {
  const { key, secret } = upstream
  const request = PROVIDERS[key.provider].modelList(key, secret)
  // An idle connection may just be closing, and nobody sends this a second time.
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
    const list = listIn(textOf(await wholeBody(reply, { maxBytes: MAX_BYTES })), upstream)
    return list === null ? { failed: noList() } : { list }
  } catch (error) {
    sending.cancel()
    if (timedOut)
      return { failed: failure('local', `no list within ${ASK_TIMEOUT_MS} ms`, { timedOut }) }
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

/** Upstreams can say their key back here as anywhere. */
function listIn(text: string, { key, secretForms }: UsableUpstream): ModelList | null {
  const value = redactValue(jsonOf(text), secretForms)
  const data = PROTOCOLS[PROVIDERS[key.provider].protocol].readModelList(value)
  if (data === null) return null
  const further = Array.isArray(value) ? {} : (value as object)
  return { ...further, object: 'list', data }
}
