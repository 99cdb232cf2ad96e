/** Joins the web server to the pipeline: one request in, one reply out, the client's going away noticed. */

import { GatewayError } from '../../core/errors.ts'
import { clientGone, openContext } from '../../pipeline/context.ts'
import { serve } from '../../pipeline/serve.ts'
import type { Services } from '../../pipeline/services.ts'
import type { Endpoint } from '../../protocols/openai/request.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import type { Exchange } from '../server/exchange.ts'
import { type BodyLimits, readBody } from '../server/read-body.ts'

export interface ServerOptions {
  bodyLimits: BodyLimits
  /** Counts requests under way, so that stopping can wait for them. */
  inFlight: { add(): void; remove(): void }
}

export type ExchangeHandler = (exchange: Exchange) => void

export function serveEndpoint(
  gateway: Services,
  endpoint: Endpoint,
  { bodyLimits, inFlight }: ServerOptions,
): ExchangeHandler {
  const read = (exchange: Exchange) => readBody(exchange, bodyLimits, gateway.deadlines)
  return (exchange) => respondTo(gateway, exchange, endpoint, read, inFlight)
}

export function respondTo(
  gateway: Services,
  exchange: Exchange,
  endpoint: Endpoint,
  read: (exchange: Exchange) => string | Promise<string>,
  inFlight: ServerOptions['inFlight'],
): void {
  const trace = openContext(newRequestId(), gateway.clock.nowMs())
  exchange.onGone = () => clientGone(trace)
  inFlight.add()
  const incoming = { endpoint, client: exchange, readBody: () => read(exchange) }
  serve(gateway, incoming, trace).then(inFlight.remove, (error) => {
    if (trace.status === 0) refused(gateway, trace.requestId, error)
    exchange.respond(errorAnswer(error, trace.requestId, gateway.logger, trace.holdHeaders))
    inFlight.remove()
  })
}

/** Of a request that came as far as an attempt, settle notes what became of it. */
export function refused({ logger, metrics }: Services, requestId: string, error: unknown): void {
  const code = error instanceof GatewayError ? error.code : 'internal_error'
  const status = error instanceof GatewayError ? error.status : 500
  metrics.refused(code)
  logger[status < 500 ? 'info' : 'warn']({ requestId, status, error: code }, 'request refused')
}
