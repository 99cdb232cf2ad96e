/** Joins the web server to the pipeline: one request in, one reply out, the client's going away noticed. */
import type { Endpoint } from '../core/ask.ts'
import { GatewayError } from '../core/errors.ts'
import type { Gateway } from '../pipeline/gateway.ts'
import { serve } from '../pipeline/serve.ts'
import { clientGone, openTrace } from '../pipeline/trace.ts'
import type { Exchange } from './exchange.ts'
import { type BodyLimits, readBody } from './read-body.ts'
import { errorAnswer, newRequestId } from './refusals.ts'

export interface ServerOptions {
  bodyLimits: BodyLimits
  /** Counts requests under way, so that stopping can wait for them. */
  underWay: { add(): void; remove(): void }
}

export type Answer = (exchange: Exchange) => void

export function serveEndpoint(
  gateway: Gateway,
  endpoint: Endpoint,
  { bodyLimits, underWay }: ServerOptions,
): Answer {
  const read = (exchange: Exchange) => readBody(exchange, bodyLimits, gateway.deadlines)
  return (exchange) => respondTo(gateway, exchange, endpoint, read, underWay)
}

export function respondTo(
  gateway: Gateway,
  exchange: Exchange,
  endpoint: Endpoint,
  read: (exchange: Exchange) => string | Promise<string>,
  underWay: ServerOptions['underWay'],
): void {
  const trace = openTrace(newRequestId(), gateway.clock.nowMs())
  exchange.onGone = () => clientGone(trace)
  underWay.add()
  const incoming = { endpoint, client: exchange, readBody: () => read(exchange) }
  serve(gateway, incoming, trace).then(underWay.remove, (error) => {
    if (trace.status === 0) refused(gateway, trace.requestId, error)
    exchange.respond(errorAnswer(error, trace.requestId, gateway.logger, trace.holdHeaders))
    underWay.remove()
  })
}

/** Of a request that came as far as an attempt, settle notes what became of it. */
export function refused({ logger, metrics }: Gateway, requestId: string, error: unknown): void {
  const code = error instanceof GatewayError ? error.code : 'internal_error'
  const status = error instanceof GatewayError ? error.status : 500
  metrics.refused(code)
  logger[status < 500 ? 'info' : 'warn']({ requestId, status, error: code }, 'request refused')
}
