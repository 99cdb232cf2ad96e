/** The body of a streamed response: at the client's pace, watched for silence on both sides. */
import { ERROR_CATALOGUE, type ErrorReport } from '../../core/errors.ts'
import { redact, shownCode } from '../../core/redact.ts'
import { releaseBytes } from '../../core/release-bytes.ts'
import { TOO_LONG } from '../attempt/refusals.ts'
import type { StreamResponse } from '../attempt/result.ts'
import { type RequestTries, requestLimitMs } from '../attempt/tries.ts'
import type { ClientStream } from '../client.ts'
import type { Deadline } from '../deadlines.ts'
import type { Services } from '../services.ts'
import { endWithError } from './error-response.ts'

export interface Cut {
  kind: 'cut'
  /** Whose doing it is. */
  by: 'upstream' | 'gateway'
  code: 'upstream_error' | 'upstream_timeout'
  detail: string
}

export type StreamEnding = { kind: 'complete' } | { kind: 'aborted' } | Cut

const SILENT: Cut = {
  kind: 'cut',
  by: 'upstream',
  code: 'upstream_timeout',
  detail: 'it fell silent in the middle of the stream',
}
const REQUEST_TOO_LONG: Cut = {
  kind: 'cut',
  by: 'gateway',
  code: 'upstream_timeout',
  detail: TOO_LONG,
}
const EVENT_TOO_LARGE = 'an event of its stream is larger than 64 MiB'

const NOTHING_MORE = { bytes: null, end: 'cut' } as const

/** An upstream that has said all but keeps the stream open is not waited for longer. */
const AFTER_END_MS = 2_000
/** It has finished, but the usage that was asked for is still to come. */
const FOR_USAGE_MS = 15_000

/** One running stream. */
interface Running {
  readonly services: Services
  readonly tries: RequestTries
  readonly response: StreamResponse
  readonly client: ClientStream
  readonly deadline: Deadline
  /** Monotonic: the request's own time limit. */
  readonly lastMs: number
  /** What the deadline calls; made once, because it is set at every read. */
  readonly onSilence: () => void
  readonly onRequestTooLong: () => void
  readonly onClientStalled: () => void
  /** Why the gateway stopped reading. */
  stopped: Cut | null
  ended: StreamEnding | null
}

/** Resolves once nothing more of this response will be sent. The client has not been informed of a cut yet. */
export async function relayEvents(
  services: Services,
  tries: RequestTries,
  response: StreamResponse,
): Promise<StreamEnding> {
  const { signal, arrivedMs } = tries.context
  const running: Running = {
    services,
    tries,
    response,
    client: tries.delivery.stream as ClientStream,
    deadline: services.deadlines.open(),
    lastMs: arrivedMs + requestLimitMs(tries, services.limits.requestMs),
    onSilence: () => stop(running, SILENT),
    onRequestTooLong: () => stop(running, REQUEST_TOO_LONG),
    onClientStalled: () => stalled(running),
    stopped: null,
    ended: null,
  }
  const aborted = () => abandon(running)
  signal.listen(aborted)
  if (signal.aborted) abandon(running)
  try {
    return running.ended ?? (await passOn(running))
  } finally {
    signal.unlisten(aborted)
    running.deadline.clear()
  }
}

/** Passes on what comes as it comes, in one loop for all of the stream. */
async function passOn(running: Running): Promise<StreamEnding> {
  const { client, response } = running
  const { reader, reply } = response
  let events = response.first
  if (events === null) client.flush()
  for (;;) {
    const over = overWith(running, events)
    if (over !== null) return over
    if (events !== null) {
      const taken = client.write(events)
      running.tries.delivery.writtenMs = performance.now()
      if (taken instanceof Promise) {
        running.deadline.set(running.services.limits.clientWriteMs, running.onClientStalled)
        await taken
      }
      if (running.ended !== null) return running.ended
      if (response.plain !== undefined) releaseBytes(events)
    }
    watchUpstream(running)
    let chunk: Uint8Array | null
    try {
      const next = reply.next()
      chunk = next instanceof Promise ? await next : next
    } catch {
      return running.ended ?? brokenOff(running)
    }
    if (running.ended !== null) return running.ended
    if (chunk === null) return bodyEnded(running)
    events = reader.accept(chunk)
  }
}

/** The stream's own end, an error, or an event that is too large; null while it continues. */
function overWith(running: Running, events: Uint8Array | null): StreamEnding | null {
  const { response } = running
  const { error, oversized, done } = response.reader
  if (error !== null || oversized) {
    response.cancel()
    return close(running, events, upstreamCut(running, EVENT_TOO_LARGE))
  }
  if (!done) return null
  const ending = close(running, events, null)
  endUpstream(running)
  return ending
}

function bodyEnded(running: Running): StreamEnding {
  const { reader } = running.response
  const { bytes, end } = reader.finish()
  const isWhole = end === 'complete' && reader.error === null
  return close(
    running,
    bytes,
    isWhole ? null : upstreamCut(running, 'it ended the stream too early'),
  )
}

function brokenOff(running: Running): StreamEnding {
  const { reader } = running.response
  const { bytes, end } = reader.finished ? reader.finish() : NOTHING_MORE
  if (end === 'complete' && reader.error === null) return close(running, bytes, null)
  const cut = running.stopped
  const detail = 'the connection broke off in the middle of the stream'
  // What was written is sent although the answer is not whole: the events after it are numbered on from it.
  return close(running, bytes, cut ?? upstreamCut(running, detail))
}

function close(running: Running, last: Uint8Array | null, cut: Cut | null): StreamEnding {
  const { client } = running
  if (cut === null) client.end(last)
  else if (last !== null) void client.write(last)
  running.ended = cut ?? { kind: 'complete' }
  return running.ended
}

function upstreamCut({ response }: Running, detail: string): Cut {
  const said = response.reader.error === null ? detail : 'it reported an error in the stream'
  return { kind: 'cut', by: 'upstream', code: 'upstream_error', detail: said }
}

/** The stream ends as broken. */
export function endBroken(tries: RequestTries, response: StreamResponse, cut: Cut): void {
  if (response.plain) tries.delivery.stream?.abort()
  else endWithError(tries, reportOf(response, cut), response.reader.place)
}

/** The upstream's own words and code, if it had any, are kept. */
function reportOf(response: StreamResponse, { by, code, detail }: Cut): ErrorReport {
  const { upstream, reader } = response
  const { error } = reader
  const who = by === 'gateway' ? by : `upstream ${upstream.key.name}`
  const said = error?.message == null ? '' : `: ${redact(error.message, upstream.secretForms)}`
  return {
    message: `${who}: ${detail}${said}`,
    type: ERROR_CATALOGUE[code].type,
    code: shownCode(error?.code ?? error?.type ?? null, upstream.secretForms) ?? code,
    param: null,
    doctor: ERROR_CATALOGUE[code].doctor,
  }
}

function watchUpstream(running: Running): void {
  const { deadline, lastMs } = running
  const silenceMs = allowedSilenceMs(running)
  const leftMs = lastMs - performance.now()
  if (leftMs < silenceMs) deadline.set(leftMs, running.onRequestTooLong)
  else deadline.set(silenceMs, running.onSilence)
}

function allowedSilenceMs({ services, response }: Running): number {
  const { idleMs } = services.limits
  const { finished, usage } = response.reader
  if (!finished) return idleMs
  return Math.min(usage === null ? FOR_USAGE_MS : AFTER_END_MS, idleMs)
}

/** The read in progress rejects. */
function stop(running: Running, why: Cut): void {
  running.stopped = why
  running.response.cancel()
}

/** A client that takes nothing is cut. */
function stalled(running: Running): void {
  abandon(running)
  running.client.abort()
}

function abandon(running: Running): void {
  if (running.ended !== null) return
  running.ended = { kind: 'aborted' }
  running.response.cancel()
}

/** The client has its end; the upstream may take a moment for its own, so that its connection can be used again. */
function endUpstream({ services, response }: Running): void {
  const { reply, cancel } = response
  const rest = services.deadlines.open()
  rest.set(AFTER_END_MS, cancel)
  const drain = async () => {
    while ((await reply.next()) !== null);
  }
  const settled = () => rest.clear()
  drain().then(settled, settled)
}
