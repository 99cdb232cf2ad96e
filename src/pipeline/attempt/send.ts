/** One attempt at one upstream key: send, then wait until the answer is known to be good or bad. */
import { GatewayError } from '../../core/errors.ts'
import { type Failure, failure } from '../../core/failure.ts'
import { besideFixed } from '../../core/fixed-headers.ts'
import { redact } from '../../core/redact.ts'
import { PROVIDERS } from '../../providers/index.ts'
import { type Candidate, candidateId } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { type Sending, TransportError, type WireRequest } from '../../upstreams/transport.ts'
import { latencyName } from '../latency-name.ts'
import type { Services } from '../services.ts'
import { type Dialogue, mayLackFormat, openDialogue, passedHeaders } from './dialogue.ts'
import { sendInFormat } from './formats/send-in-format.ts'
import { ReplyTooLarge } from './read-body.ts'
import { readUpstreamReply } from './read-reply.ts'
import type { ReplyReading } from './reading.ts'
import { noFileLeft, requestTooLong } from './refusals.ts'
import type { SendResult } from './result.ts'
import { type RequestTries, requestLimitMs } from './tries.ts'
import { isRedirect, isSuccess, statusFailure } from './upstream-error.ts'
import { addsUsageOption, refusesUsage } from './usage-option.ts'

/** The status of a failure says enough: what else the upstream says of it is waited for no longer. */
const ERROR_BODY_MS = 2_000

export interface AttemptOptions {
  candidate: Candidate<UsableUpstream>
  /** How long the upstream may stay silent. */
  firstByteMs: number
}

export function send(
  services: Services,
  tries: RequestTries,
  options: AttemptOptions,
): Promise<SendResult> {
  const { candidate } = options
  if (!mayLackFormat(tries.request, candidate)) return sendOnce(services, tries, options)
  return sendInFormat(tries, candidate, () => sendOnce(services, tries, options))
}

function sendOnce(
  services: Services,
  tries: RequestTries,
  options: AttemptOptions,
): Promise<SendResult> {
  const { candidate } = options
  if (!addsUsageOption(tries.request, candidate) || refusedUsage(services, candidate))
    return exchange(services, tries, new ModelCall(services, tries, options, false))
  return sendAskingForUsage(services, tries, options)
}

/** Whether this target did not take the field that asks for usage. */
export function refusedUsage(
  { usageRefusers }: Services,
  candidate: Candidate<UsableUpstream>,
): boolean {
  return usageRefusers.has(candidateId(candidate))
}

/** A second time, without the request for usage, if the upstream refuses that. */
async function sendAskingForUsage(
  services: Services,
  tries: RequestTries,
  options: AttemptOptions,
): Promise<SendResult> {
  const sent = await exchange(services, tries, new ModelCall(services, tries, options, true))
  if (sent.kind !== 'failed' || !refusesUsage(sent)) return sent
  const again = await exchange(services, tries, new ModelCall(services, tries, options, false))
  if (again.kind === 'response') services.usageRefusers.set(candidateId(options.candidate), true)
  return again
}

/** One request to one upstream, and what its reply comes to. */
export interface UpstreamExchange extends AttemptOptions {
  /** Throws GatewayError if there is nothing that could be sent. A promise only for a translation. */
  wire(): WireRequest | Promise<WireRequest>
  /** A redirect is an answer, for the client to follow. */
  readonly takesRedirects?: boolean
  /** A reply with a status of success, or a redirect. A promise only if more of its body has to be waited for. */
  read(reading: ReplyReading): SendResult | Promise<SendResult>
}

/** A class because every request creates one. */
export class ModelCall implements UpstreamExchange {
  readonly candidate: Candidate<UsableUpstream>
  readonly firstByteMs: number
  protected readonly services: Services
  protected readonly tries: RequestTries
  private readonly askForUsage: boolean
  private dialogue: Dialogue | null = null

  constructor(
    services: Services,
    tries: RequestTries,
    { candidate, firstByteMs }: AttemptOptions,
    askForUsage: boolean,
  ) {
    this.services = services
    this.tries = tries
    this.candidate = candidate
    this.firstByteMs = firstByteMs
    this.askForUsage = askForUsage
  }

  wire(): WireRequest | Promise<WireRequest> {
    const opening = this.open()
    return opening instanceof Promise ? this.beginLater(opening) : this.begin(opening)
  }

  read(reading: ReplyReading): SendResult | Promise<SendResult> {
    const { services, tries, upstream, reply, cancel, heard } = reading
    const { protocol } = this.dialogue as Dialogue
    return readUpstreamReply({ services, tries, upstream, reply, cancel, heard, protocol })
  }

  protected open(): Dialogue | Promise<Dialogue> {
    return openDialogue(this.services, this.tries, this.candidate)
  }

  private async beginLater(opening: Promise<Dialogue>): Promise<WireRequest> {
    return this.begin(await opening)
  }

  private begin(opened: Dialogue): WireRequest {
    this.dialogue = opened
    this.tries.losses = opened.losses
    return wireRequest(this.tries, this.candidate, opened, this.askForUsage)
  }
}

export async function exchange(
  services: Services,
  tries: RequestTries,
  call: UpstreamExchange,
): Promise<SendResult> {
  const { firstByteMs } = call
  const { upstream } = call.candidate
  const { signal, arrivedMs } = tries.context
  const requestMs = requestLimitMs(tries, services.limits.requestMs)
  const deadline = services.deadlines.open()
  const target = latencyName(call.candidate.target)
  const sentMs = performance.now()
  services.latencies.started(target)
  let tookMs: number | null = null
  let sending: Sending | null = null
  let expired = false
  /** What expires next is the time for the whole request. */
  let isRequestOver = false
  const cancel = () => sending?.cancel()
  signal.listen(cancel)
  try {
    const transport = PROVIDERS[upstream.key.provider].transport ?? services.transport
    const wired = call.wire()
    const request = wired instanceof Promise ? await wired : wired
    sending = transport.send(request, { fresh: tries.fresh })
    const onExpired = () => {
      expired = true
      cancel()
    }
    const heard = () => {
      const leftMs = arrivedMs + requestMs - performance.now()
      isRequestOver = leftMs < firstByteMs
      deadline.set(Math.min(firstByteMs, leftMs), onExpired)
    }
    heard()
    const reply = await sending.reply
    const reading: ReplyReading = { services, tries, upstream, reply, cancel, heard }
    if (isSuccess(reply.status) || (call.takesRedirects === true && isRedirect(reply))) {
      const read = call.read(reading)
      const sent = read instanceof Promise ? await read : read
      if (sent.kind === 'response') tookMs = performance.now() - sentMs
      return sent
    }
    deadline.set(ERROR_BODY_MS, cancel)
    return await statusFailure(reading)
  } catch (error) {
    cancel()
    const refused = refusalIn(error)
    if (refused !== null) return { kind: 'ended', error: refused }
    if (expired && isRequestOver) return { kind: 'ended', error: requestTooLong(services, tries) }
    if (error instanceof TransportError && error.fault === 'no_file_left')
      return { kind: 'ended', error: noFileLeft() }
    const timedOutAfterMs = expired ? firstByteMs : null
    const failure = failureFromError(error, timedOutAfterMs, upstream)
    return { kind: 'failed', failure, said: '' }
  } finally {
    signal.unlisten(cancel)
    deadline.clear()
    services.latencies.ended(target, tookMs)
    tries.waitMs += performance.now() - sentMs
  }
}

/** The gateway's own, also of a body that is sent while it arrives. */
function refusalIn(error: unknown): GatewayError | null {
  const cause = error instanceof TransportError ? error.cause : error
  return cause instanceof GatewayError ? cause : null
}

function wireRequest(
  { forwarded }: RequestTries,
  { upstream, target }: Candidate<UsableUpstream>,
  { protocol, request, passes }: Dialogue,
  askForUsage: boolean,
): WireRequest {
  const provider = PROVIDERS[upstream.key.provider]
  // At an upstream the model may have another name, which can be a part of the path.
  const named = target.model === request.model ? request : { ...request, model: target.model }
  const { url, headers, prepare, reframe } = provider.destination(
    upstream.key,
    upstream.secret,
    named,
  )
  const options = { model: target.model, askForUsage }
  const body = protocol.writeRequest(request, options)
  const passed = passes ? forwarded : passedHeaders(forwarded)
  const further = besideFixed(passed, upstream.key.headers)
  return { method: request.method, url, headers, further, body, prepare, reframe }
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

/**
 * Without credentials nothing was sent: the cause is the key. A host is at fault only if nothing could be sent to it; if
 * a connection breaks later, the cause may be the model.
 */
function transportFailure(
  { fault, ambiguous, message }: TransportError,
  secretForms: readonly string[],
): Failure {
  const detail = redact(message, secretForms)
  if (fault === 'credentials_refused') return failure('auth', detail, { code: fault })
  if (fault === 'no_credentials') return failure('connect', detail, { scope: 'key' })
  const kind = fault === 'connect_timeout' ? 'timeout' : 'connect'
  const isOfHost = ['refused', 'dns', 'tls', 'connect_timeout'].includes(fault)
  return failure(kind, detail, {
    scope: isOfHost ? 'host' : 'model',
    ambiguous,
    reset: fault === 'reset',
  })
}
