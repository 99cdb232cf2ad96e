/** One try at one upstream key: send, then wait until the answer is known to be good or bad. */

import { GatewayError } from '../../core/errors.ts'
import { type Failure, failure } from '../../core/failure.ts'
import { redact } from '../../core/redact.ts'
import type { ModelRequest } from '../../protocols/openai/request.ts'
import { PROVIDERS } from '../../providers/index.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { type Sending, TransportError, type UpstreamReply } from '../../upstreams/transport.ts'
import type { RequestContext } from '../context.ts'
import type { Services } from '../services.ts'
import type { AttemptResult } from './answer.ts'
import { firstEvent } from './first-event.ts'
import { wholeReply } from './json-reply.ts'
import { ReplyTooLarge, wholeBody } from './read-body.ts'
import { noFileLeft, requestTooLong } from './refusals.ts'
import { statusFailure } from './upstream-error.ts'

/** Of a failure the status says enough: what else the upstream says of it is waited for no longer. */
const ERROR_BODY_MS = 2_000

export async function send(
  gateway: Services,
  upstream: UsableUpstream,
  ask: ModelRequest,
  trace: RequestContext,
  fresh: boolean,
): Promise<AttemptResult> {
  const { key, secret } = upstream
  const { firstByteMs, requestMs } = gateway.limits
  const deadline = gateway.deadlines.open()
  const sentMs = performance.now()
  const leftMs = trace.arrivedMs + requestMs - sentMs
  let sending: Sending | null = null
  let expired = false
  try {
    const request = PROVIDERS[key.provider].request(key, secret, ask)
    const sent = gateway.transport.send(request, { fresh })
    sending = sent
    const cancel = () => sent.cancel()
    trace.onClientGone = cancel
    deadline.set(Math.min(firstByteMs, leftMs), () => {
      expired = true
      cancel()
    })
    const reply = await sent.reply
    if (reply.status !== 200) {
      deadline.set(ERROR_BODY_MS, cancel)
      return { how: 'failed', failed: await statusFailure(gateway, upstream, reply, cancel) }
    }
    if (isEventStream(reply)) return await firstEvent(upstream, ask, reply, cancel)
    const body = wholeBody(reply)
    return wholeReply(upstream, reply, body instanceof Promise ? await body : body)
  } catch (error) {
    sending?.cancel()
    if (error instanceof GatewayError) return { how: 'ended', error }
    if (expired && leftMs < firstByteMs) return { how: 'ended', error: requestTooLong(gateway) }
    if (error instanceof TransportError && error.fault === 'no_file_left')
      return { how: 'ended', error: noFileLeft() }
    return { how: 'failed', failed: failureFromError(gateway, error, expired, upstream) }
  } finally {
    deadline.clear()
    trace.upstreamWaitMs += performance.now() - sentMs
  }
}

function isEventStream(reply: UpstreamReply): boolean {
  return reply.header('content-type')?.toLowerCase().startsWith('text/event-stream') === true
}

/** No usable reply: the transport failed, or the body broke off. */
export function failureFromError(
  gateway: Services,
  error: unknown,
  timedOut: boolean,
  { secretForms }: UsableUpstream,
): Failure {
  if (timedOut) {
    const detail = `no answer within ${gateway.limits.firstByteMs} ms`
    return failure('local', detail, { timedOut: true, ambiguous: true })
  }
  if (error instanceof ReplyTooLarge)
    return failure('server', error.message, { status: 200, ambiguous: true })
  if (error instanceof TransportError) {
    const { fault, ambiguous } = error
    const more = { ambiguous, reset: fault === 'reset', timedOut: fault === 'connect_timeout' }
    return failure('local', redact(error.message, secretForms), more)
  }
  return failure('local', 'the connection broke off before the reply was complete', {
    ambiguous: true,
  })
}
