/** What is learnt about one request on its way; settle makes the usage record of it. */
import type { AttemptNote, Outcome, TokenUsage } from '../core/usage-record.ts'
import type { UsableUpstream } from './directory.ts'

export interface Trace {
  readonly requestId: string
  /** Wall clock, milliseconds since 1970. */
  readonly startedAtMs: number
  /** Monotonic clock at arrival. */
  readonly arrivedMs: number
  readonly attempts: AttemptNote[]
  /** Time spent waiting for upstreams before the reply began. */
  upstreamWaitMs: number
  firstTokenMs: number | null
  upstream: UsableUpstream | null
  usage: TokenUsage | null
  /** Generated text, counted only where the upstream reported no usage. */
  generatedText: string
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

export function openTrace(requestId: string, startedAtMs: number): Trace {
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

/** To be called by the web server when the client's connection is gone. */
export function clientGone(trace: Trace): void {
  if (trace.clientGone) return
  trace.clientGone = true
  trace.onClientGone?.()
}
