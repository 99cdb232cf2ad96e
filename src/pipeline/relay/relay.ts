/** Stage 7: hand the result to the client. Returns at the last byte. */
import { type Failure, failure } from '../../core/failure.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import type { Candidate } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { AttemptNote } from '../../usage/record.ts'
import { breakerName } from '../attempt/choose.ts'
import { addLateLosses } from '../attempt/losses.ts'
import { clientClosed, UpstreamRefusal } from '../attempt/refusals.ts'
import type { AttemptResult, StreamResponse, WholeResponse } from '../attempt/result.ts'
import type { RequestTries } from '../attempt/tries.ts'
import { generatedIn } from '../count-usage.ts'
import { rescue } from '../rescue/rescue.ts'
import type { Services } from '../services.ts'
import { clientStream } from './delivery.ts'
import { respondWithError } from './error-response.ts'
import type { RelayResult } from './result.ts'
import { type Cut, endBroken, relayEvents, type StreamEnding } from './stream.ts'
import { setUpstreamHeaders } from './upstream-headers.ts'

/** A promise only for a stream. */
export function relay(
  services: Services,
  tries: RequestTries,
  result: AttemptResult,
): RelayResult | Promise<RelayResult> {
  switch (result.kind) {
    case 'aborted':
      return failed(tries, 'aborted', clientClosed())
    case 'failure': {
      const isRefusal = result.error instanceof UpstreamRefusal
      return failed(tries, isRefusal ? 'rejected' : 'upstream_error', result.error)
    }
    case 'response':
      return result.response.kind === 'whole'
        ? relayWhole(services, tries, result.response)
        : relayStream(services, tries, result.response)
  }
}

function failed(
  tries: RequestTries,
  outcome: RelayResult['outcome'],
  error: Parameters<typeof respondWithError>[1],
): RelayResult {
  // The head of a stream that was begun for comments has said 200.
  const status = tries.delivery.stream === null ? error.status : 200
  respondWithError(tries, error)
  const { code: errorCode } = error
  return { tries, outcome, status, errorCode, usage: null, text: '', firstTokenMs: null }
}

function relayWhole(services: Services, tries: RequestTries, response: WholeResponse): RelayResult {
  const { body, usage } = response
  const { client } = tries.delivery
  const firstTokenMs = performance.now() - tries.context.arrivedMs
  const { status = 200, contentType = 'application/json', cost, units } = response
  const current = currentOf(tries)
  services.health.succeeded(current.upstream.key, breakerName(tries, current))
  const headers = responseHeaders(tries, response)
  headers['content-type'] = contentType
  client.respond({ status, headers, body })
  const text = usage === null ? generatedIn(tries.request, response.text) : ''
  return { tries, outcome: 'ok', status, errorCode: null, usage, text, firstTokenMs, cost, units }
}

async function relayStream(
  services: Services,
  tries: RequestTries,
  response: StreamResponse,
): Promise<RelayResult> {
  const firstTokenMs = performance.now() - tries.context.arrivedMs
  begun(services, tries)
  addLateLosses(tries, response.reader.losses)
  clientStream(tries.delivery, responseHeaders(tries, response), response.plain)
  const { last, ending, earlier, ended } = await relayToEnd(services, tries, response)
  const { outcome, errorCode } = outcomeOf(ending)
  const { reader } = last
  const { usage, usageIsPartial, text } = reader
  const cost = last.cost?.()
  const used = { usage, usageIsPartial, text, cost, units: last.units, earlier, ended }
  const status = last.plain?.status ?? 200
  return { tries, outcome, status, errorCode, firstTokenMs, ...used }
}

interface Relayed {
  /** The response that the stream ended with. */
  last: StreamResponse
  ending: StreamEnding
  /** What the responses before it took; null: there was none. */
  earlier: TokenUsage | null
  /** The attempt of `last`, if there was one before it. */
  ended: AttemptNote | undefined
}

/** Another target's response continues a stream that breaks, if there is one. */
async function relayToEnd(
  services: Services,
  tries: RequestTries,
  first: StreamResponse,
): Promise<Relayed> {
  let last = first
  let earlier: TokenUsage | null = null
  let ended: AttemptNote | undefined
  for (;;) {
    const ending = await relayEvents(services, tries, last)
    if (last.reader.dropped > 0) reportDropped(services, tries, last)
    addLateLosses(tries, last.reader.losses)
    judge(services, tries, ending)
    if (ending.kind !== 'cut') return { last, ending, earlier, ended }
    const rescued = await rescue(services, tries, { response: last, cut: ending, earlier })
    if (rescued === null) {
      endBroken(tries, last, ending)
      return { last, ending, earlier, ended }
    }
    if (rescued.kind === 'aborted') return { last, ending: rescued, earlier, ended }
    last = rescued.response
    earlier = rescued.used
    ended = tries.attempts.at(-1)
    begun(services, tries)
  }
}

function begun({ health }: Services, tries: RequestTries): void {
  const current = currentOf(tries)
  health.begun(current.upstream.key, breakerName(tries, current))
}

function outcomeOf(ending: StreamEnding): Pick<RelayResult, 'outcome' | 'errorCode'> {
  switch (ending.kind) {
    case 'complete':
      return { outcome: 'ok', errorCode: null }
    case 'aborted':
      return { outcome: 'aborted', errorCode: 'client_closed_request' }
    case 'cut':
      return { outcome: 'cut', errorCode: ending.code }
  }
}

/** What the ending says about the key, and about its attempt. */
function judge({ health }: Services, tries: RequestTries, ending: StreamEnding): void {
  const current = currentOf(tries)
  const { key } = current.upstream
  const breaker = breakerName(tries, current)
  if (ending.kind === 'cut') {
    const attempt = tries.attempts[tries.attempts.length - 1]
    if (attempt) attempt.failure = `${SHOWN[ending.by]}: ${ending.detail}`
  }
  if (ending.kind === 'complete') health.succeeded(key, breaker)
  else if (ending.kind === 'cut' && ending.by === 'upstream')
    health.failed(key, breaker, { failed: failureOf(ending), request: '', mayMark: false })
  else health.released(key, breaker)
}

function currentOf(tries: RequestTries): Candidate<UsableUpstream> {
  return tries.current as Candidate<UsableUpstream>
}

const SHOWN: Record<Cut['by'], string> = { gateway: 'gateway', upstream: 'server' }

function failureOf({ code, detail }: Cut): Failure {
  const kind = code === 'upstream_timeout' ? 'timeout' : 'server'
  return failure(kind, detail, { status: 200, ambiguous: true })
}

function reportDropped(
  { metrics, logger }: Services,
  { context }: RequestTries,
  { reader, upstream }: StreamResponse,
): void {
  const { dropped } = reader
  metrics.eventsDropped(dropped)
  logger.warn(
    { requestId: context.requestId, upstream: upstream.key.name, dropped },
    'stream events dropped: they held the upstream key',
  )
}

/** All in one object: each copy of a dozen headers costs as much as a stage. */
function responseHeaders(
  tries: RequestTries,
  { headers: allowed }: WholeResponse | StreamResponse,
): Record<string, string> {
  const { headers } = tries.delivery
  for (const name in allowed) headers[name] = allowed[name] as string
  headers['x-request-id'] = tries.context.requestId
  setUpstreamHeaders(tries)
  return headers
}
