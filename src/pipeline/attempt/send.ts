/** One attempt at one upstream key: send, then wait until the answer is known to be good or bad. */
import { GatewayError } from '../../core/errors.ts'
import { type Failure, failure } from '../../core/failure.ts'
import { redact } from '../../core/redact.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import { PROVIDERS } from '../../providers/index.ts'
import { type Candidate, candidateId } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { type Sending, TransportError, type WireRequest } from '../../upstreams/transport.ts'
import type { Services } from '../services.ts'
import { ReplyTooLarge } from './read-body.ts'
import { readReply } from './read-reply.ts'
import type { Reading } from './reading.ts'
import { noFileLeft, requestTooLong } from './refusals.ts'
import type { Sent } from './result.ts'
import type { RequestTries } from './tries.ts'
import { isSuccess, statusFailure } from './upstream-error.ts'
import { asksForUsage, refusesUsage } from './usage-option.ts'

/** The status of a failure says enough: what else the upstream says of it is waited for no longer. */
const ERROR_BODY_MS = 2_000

export interface SendOptions {
  candidate: Candidate<UsableUpstream>
  /** How long the upstream may stay silent. */
  firstByteMs: number
}

/** A second time, without the request for usage, if the upstream refuses that. */
export async function send(
  services: Services,
  tries: RequestTries,
  { candidate, firstByteMs }: SendOptions,
): Promise<Sent> {
  const { usageRefusers } = services
  const name = candidateId(candidate)
  const askForUsage = asksForUsage(tries.request) && !usageRefusers.has(name)
  const call = { candidate, firstByteMs }
  const sent = await exchange(services, tries, modelCall(tries, call, askForUsage))
  if (!askForUsage || sent.kind !== 'failed' || !refusesUsage(sent)) return sent
  const again = await exchange(services, tries, modelCall(tries, call, false))
  if (again.kind === 'response') usageRefusers.set(name, true)
  return again
}

/** One request to one upstream, and what its reply comes to. */
export interface Exchange extends SendOptions {
  /** Throws GatewayError if there is nothing that could be sent. */
  wire(): WireRequest
  /** A reply with a status of success. */
  read(reading: Reading): Promise<Sent>
}

function modelCall(tries: RequestTries, options: SendOptions, askForUsage: boolean): Exchange {
  const wire = () => wireRequest(tries, options.candidate, askForUsage)
  return { ...options, wire, read: readReply }
}

export async function exchange(
  services: Services,
  tries: RequestTries,
  { candidate, firstByteMs, wire, read }: Exchange,
): Promise<Sent> {
  const { upstream } = candidate
  const { signal, arrivedMs } = tries.context
  const { requestMs } = services.limits
  const deadline = services.deadlines.open()
  const sentMs = performance.now()
  const leftMs = arrivedMs + requestMs - sentMs
  let sending: Sending | null = null
  let expired = false
  const cancel = () => sending?.cancel()
  signal.listen(cancel)
  try {
    const transport = PROVIDERS[upstream.key.provider].transport ?? services.transport
    sending = transport.send(wire(), { fresh: tries.fresh })
    deadline.set(Math.min(firstByteMs, leftMs), () => {
      expired = true
      cancel()
    })
    const reply = await sending.reply
    const reading: Reading = { services, tries, upstream, reply, cancel }
    if (isSuccess(reply.status)) return await read(reading)
    deadline.set(ERROR_BODY_MS, cancel)
    return await statusFailure(reading)
  } catch (error) {
    cancel()
    if (error instanceof GatewayError) return { kind: 'ended', error }
    if (expired && leftMs < firstByteMs) return { kind: 'ended', error: requestTooLong(services) }
    if (error instanceof TransportError && error.fault === 'no_file_left')
      return { kind: 'ended', error: noFileLeft() }
    const timedOutAfterMs = expired ? firstByteMs : null
    const failure = failureFromError(error, timedOutAfterMs, upstream)
    return { kind: 'failed', failure, said: '' }
  } finally {
    signal.unlisten(cancel)
    deadline.clear()
    tries.waitMs += performance.now() - sentMs
  }
}

function wireRequest(
  { request, forwarded }: RequestTries,
  { upstream, target }: Candidate<UsableUpstream>,
  askForUsage: boolean,
): WireRequest {
  const provider = PROVIDERS[upstream.key.provider]
  const { url, headers } = provider.destination(upstream.key, upstream.secret, request)
  const options = { model: target.model, askForUsage }
  const body = PROTOCOLS[provider.protocol].writeRequest(request, options)
  return { method: request.method, url, headers, further: forwarded, body }
}

/** No usable reply: the transport failed, or the body broke off. `silentMs`: it was silent for so long. */
export function failureFromError(
  error: unknown,
  silentMs: number | null,
  { secretForms }: UsableUpstream,
): Failure {
  if (silentMs !== null)
    return failure('timeout', `no answer within ${silentMs} ms`, { ambiguous: true })
  if (error instanceof ReplyTooLarge)
    return failure('server', error.message, { status: 200, ambiguous: true })
  if (error instanceof TransportError) return transportFailure(error, secretForms)
  return failure('connect', 'the connection broke off before the reply was complete', {
    scope: 'model',
    ambiguous: true,
  })
}

/** A host is only blamed for what nothing was sent to: a connection that breaks later may be the model's doing. */
function transportFailure(
  { fault, ambiguous, message }: TransportError,
  secretForms: readonly string[],
): Failure {
  const kind = fault === 'connect_timeout' ? 'timeout' : 'connect'
  const isOfHost = ['refused', 'dns', 'tls', 'connect_timeout'].includes(fault)
  return failure(kind, redact(message, secretForms), {
    scope: isOfHost ? 'host' : 'model',
    ambiguous,
    reset: fault === 'reset',
  })
}
