/** One try at one upstream key: send, then wait until the answer is known to be good or bad. */
import type { Ask } from '../core/ask.ts'
import { GatewayError } from '../core/errors.ts'
import {
  classifyCode,
  classifyStatus,
  errorCodeOf,
  errorObjectOf,
  type Failure,
  failure,
} from '../core/failure.ts'
import { redact, redactValue } from '../core/redact.ts'
import { allowedHeaders } from '../core/reply-headers.ts'
import { readRetryAfterMs } from '../core/retry.ts'
import { joined } from '../core/sse.ts'
import { StreamObserver } from '../core/stream-observer.ts'
import { readUsage } from '../core/usage.ts'
import { TransportError, type UpstreamReply } from '../ports/transport.ts'
import { PROVIDERS } from '../providers/index.ts'
import { asksUsageForClient } from '../providers/wire.ts'
import type { Answer } from './answer.ts'
import type { Deadline } from './deadlines.ts'
import type { UsableUpstream } from './directory.ts'
import type { Gateway } from './gateway.ts'
import type { Trace } from './trace.ts'
import { textOf, wholeBody } from './whole-body.ts'

export type Sent = { ok: true; answer: Answer } | { ok: false; failed: Failure }

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
    if (reply.status !== 200) return { ok: false, failed: await refusal(gateway, upstream, reply) }
    if (isEventStream(reply)) return await firstEvent(upstream, ask, reply, cancel, deadline)
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
  return reply.header('content-type')?.startsWith('text/event-stream') === true
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

/** A reply with another status than 200: only its status and code decide. */
async function refusal(
  gateway: Gateway,
  upstream: UsableUpstream,
  reply: UpstreamReply,
): Promise<Failure> {
  const { status } = reply
  const text = await readOrNothing(reply)
  const error = errorObjectOf(parsed(text))
  const code = errorCodeOf(error)
  const kind = classifyStatus(status, code)
  const retryAfterMs = readRetryAfterMs((name) => reply.header(name), gateway.clock.nowMs())
  const shownCode = shown(code, upstream) === null ? '' : `, ${code}`
  return failure(kind, `status ${status}${shownCode}`, {
    status,
    retryAfterMs,
    error:
      kind === 'client'
        ? (redactValue(error ?? {}, upstream.secretForms) as Record<string, unknown>)
        : null,
  })
}

async function readOrNothing(reply: UpstreamReply): Promise<string> {
  try {
    return textOf(await wholeBody(reply))
  } catch {
    return ''
  }
}

function wholeReply(
  upstream: UsableUpstream,
  reply: UpstreamReply,
  bytes: Uint8Array<ArrayBuffer>,
): Sent {
  const raw = textOf(bytes)
  const value = parsed(raw)
  if (value === undefined)
    return {
      ok: false,
      failed: failure('server', 'status 200, but the body is not JSON', { status: 200 }),
    }
  const error = errorObjectOf(value)
  if (error !== null) return { ok: false, failed: errorFailure(error, upstream) }
  return {
    ok: true,
    answer: {
      kind: 'whole',
      upstream,
      status: 200,
      headers: allowedHeaders((name) => reply.header(name), upstream.secretForms),
      text: raw,
      body: echoes(upstream, raw) ? redact(raw, upstream.secretForms) : bytes,
      usage: readUsage((value as { usage?: unknown } | null)?.usage),
    },
  }
}

function echoes({ echoForms }: UsableUpstream, text: string): boolean {
  for (const form of echoForms) if (text.includes(form)) return true
  return false
}

/** Waits for the first event with data: until then another key can still be tried. */
async function firstEvent(
  upstream: UsableUpstream,
  ask: Ask,
  reply: UpstreamReply,
  cancel: () => void,
  deadline: Deadline,
): Promise<Sent> {
  const observer = new StreamObserver({
    hideUsage: asksUsageForClient(ask),
    choices: ask.choices,
    secretForms: upstream.echoForms,
  })
  const runs: Uint8Array[] = []
  while (!observer.started && observer.error === null) {
    const chunk = await reply.next()
    const done = chunk === null
    const run = done ? observer.finish().bytes : observer.accept(chunk)
    if (run !== null) runs.push(run)
    if (done && !observer.started) {
      return {
        ok: false,
        failed: failure('server', 'the stream ended before its first event', {
          status: 200,
          ambiguous: true,
        }),
      }
    }
    if (done) break
  }
  if (observer.error !== null) {
    cancel()
    return { ok: false, failed: errorFailure(observer.error, upstream) }
  }
  deadline.clear()
  const [first = null] = runs.length > 1 ? [joined(runs)] : runs
  return {
    ok: true,
    answer: {
      kind: 'stream',
      upstream,
      status: 200,
      headers: allowedHeaders((name) => reply.header(name), upstream.secretForms),
      observer,
      first,
      reply,
      cancel,
    },
  }
}

function errorFailure(
  error: Record<string, unknown> | Readonly<Record<string, unknown>>,
  upstream: UsableUpstream,
): Failure {
  const code = errorCodeOf(error)
  const kind = classifyCode(code)
  const suffix = shown(code, upstream) === null ? '' : ` (${code})`
  return failure(kind, `an error in a reply that began with status 200${suffix}`, {
    status: 200,
    ambiguous: true,
    error:
      kind === 'client'
        ? (redactValue(error, upstream.secretForms) as Record<string, unknown>)
        : null,
  })
}

/** Only what looks like a code is repeated, and a key of letters alone does, too. */
function shown(code: string | null, { secretForms }: UsableUpstream): string | null {
  const fits = code !== null && /^(?:[a-z_]{1,50}|\d{3})$/i.test(code)
  return fits && redact(code, secretForms) === code ? code : null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
