/** What is learnt about one request on its way; settle makes the usage record of it. */

import type { TokenUsage } from '../core/token-usage.ts'
import type { UsableUpstream } from '../upstreams/directory.ts'
import type { AttemptNote, Outcome } from '../usage/record.ts'

export interface RequestContext {
  readonly requestId: string
  /** Wall clock, milliseconds since 1970. */
  readonly startedAtMs: number
  /** Monotonic clock at arrival. */
  readonly arrivedMs: number
  readonly attempts: AttemptNote[]
  /** Time spent waiting for upstreams, or for another try, before the reply began. */
  upstreamWaitMs: number
  firstTokenMs: number | null
  upstream: UsableUpstream | null
  usage: TokenUsage | null
  /** Generated text, counted only where the upstream reported no usage. */
  generatedText: string
  /** 0 until an attempt was made: what is refused before it has no record. */
  status: number
  outcome: Outcome
  errorCode: string | null
  /** The client went away. */
  clientGone: boolean
  /** Called when the client goes away; the stage that waits for an upstream sets it. */
  onClientGone: (() => void) | null
  /** What the reply says of limits, whatever becomes of the request. */
  holdHeaders: Record<string, string>
}

export function openContext(requestId: string, startedAtMs: number): RequestContext {
  return {
    requestId,
    startedAtMs,
    arrivedMs: performance.now(),
    attempts: [],
    upstreamWaitMs: 0,
    firstTokenMs: null,
    upstream: null,
    usage: null,
    generatedText: '',
    status: 0,
    outcome: 'upstream_error',
    errorCode: null,
    clientGone: false,
    onClientGone: null,
    holdHeaders: {},
  }
}

/** Which upstream was asked last, on the reply: an answer or an error. */
export function setUpstreamHeaders(trace: RequestContext): void {
  const { upstream, holdHeaders: headers } = trace
  if (upstream === null) return
  headers['x-gpt-proxy-upstream'] = upstream.key.name
  headers['x-gpt-proxy-attempts'] = String(trace.attempts.length)
  const overheadMs = performance.now() - trace.arrivedMs - trace.upstreamWaitMs
  headers['x-gpt-proxy-overhead-ms'] = overheadMs.toFixed(3)
  // The built-in demo has no row of its own; nobody must take it for a real model.
  if (upstream.key.id === 0) headers['x-gpt-proxy-demo'] = 'true'
}

/** To be called by the web server when the client's connection is gone. */
export function clientGone(trace: RequestContext): void {
  if (trace.clientGone) return
  trace.clientGone = true
  trace.onClientGone?.()
}
