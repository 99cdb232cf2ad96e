/** One try at one upstream key: send, then wait until the answer is known to be good or bad. */
import type { Ask } from '../core/ask.ts'
import { GatewayError } from '../core/errors.ts'
import { type Failure, failure } from '../core/failure.ts'
import { redact } from '../core/redact.ts'
import { TransportError, type UpstreamReply } from '../ports/transport.ts'
import { PROVIDERS } from '../providers/index.ts'
import type { Sent } from './answer.ts'
import type { UsableUpstream } from './directory.ts'
import { firstEvent } from './first-event.ts'
import type { Gateway } from './gateway.ts'
import { statusFailure } from './reported-failure.ts'
import type { Trace } from './trace.ts'
import { wholeBody } from './whole-body.ts'
import { wholeReply } from './whole-reply.ts'

export async function send(
  gateway: Gateway,
  upstream: UsableUpstream,
  ask: Ask,
  trace: Trace,
  fresh: boolean,
): Promise<Sent> {
  const { key, secret } = upstream
  const deadline = gateway.deadlines.open()
  let timedOut = false
  const sentMs = performance.now()
  try {
    const request = PROVIDERS[key.provider].request(key, secret, ask)
    const sending = gateway.transport.send(request, { fresh })
    const cancel = () => sending.cancel()
    trace.onClientGone = cancel
    if (trace.clientGone) cancel()
    deadline.set(gateway.limits.firstByteMs, () => {
      timedOut = true
      cancel()
    })
    const reply = await sending.reply
    if (reply.status !== 200)
      return { ok: false, failed: await statusFailure(gateway, upstream, reply) }
    if (isEventStream(reply)) return await firstEvent(upstream, ask, reply, cancel)
    const body = wholeBody(reply)
    return wholeReply(upstream, reply, body instanceof Promise ? await body : body)
  } catch (error) {
    if (error instanceof GatewayError) throw error
    return { ok: false, failed: silence(gateway, error, timedOut, upstream) }
  } finally {
    deadline.clear()
    trace.upstreamWaitMs += performance.now() - sentMs
  }
}

function isEventStream(reply: UpstreamReply): boolean {
  return reply.header('content-type')?.toLowerCase().startsWith('text/event-stream') === true
}

/** No usable reply: the transport failed, or the body broke off. */
function silence(
  gateway: Gateway,
  error: unknown,
  timedOut: boolean,
  { secretForms }: UsableUpstream,
): Failure {
  if (timedOut) {
    const detail = `no answer within ${gateway.limits.firstByteMs} ms`
    return failure('local', detail, { timedOut: true, ambiguous: true })
  }
  if (error instanceof TransportError) {
    const { fault, ambiguous } = error
    const more = { ambiguous, reset: fault === 'reset', timedOut: fault === 'connect_timeout' }
    return failure('local', redact(error.message, secretForms), more)
  }
  return failure('local', 'the connection broke off before the reply was complete', {
    ambiguous: true,
  })
}
