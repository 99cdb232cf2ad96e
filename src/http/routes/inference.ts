/** Joins the web server to the pipeline: one request in, one reply out, the client's going away noticed. */

import { GatewayError } from '../../core/errors.ts'
import { clientGone, openContext } from '../../pipeline/context.ts'
import { serve } from '../../pipeline/serve.ts'
import type { Services } from '../../pipeline/services.ts'
import { type Endpoint, withModel } from '../../protocols/openai/request.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import type { PathParams } from '../router.ts'
import type { Exchange } from '../server/exchange.ts'
import { type BodyLimits, readBody } from '../server/read-body.ts'

export interface ServerOptions {
  bodyLimits: BodyLimits
  /** Counts requests under way, so that stopping can wait for them. */
  inFlight: { add(): void; remove(): void }
}

/** What the path says beyond the route that it matched. */
export interface RouteMatch {
  params: PathParams
  /** The model that an Azure client names in the path, as its deployment; null in other paths. */
  deployment: string | null
}

export type ExchangeHandler = (exchange: Exchange, match: RouteMatch) => void

export function serveEndpoint(
  gateway: Services,
  endpoint: Endpoint,
  { bodyLimits, inFlight }: ServerOptions,
): ExchangeHandler {
  const read = (exchange: Exchange) => readBody(exchange, bodyLimits, gateway.deadlines)
  return (exchange, { deployment }) => {
    const readNamed = deployment === null ? read : namingModel(read, deployment)
    respondTo(gateway, exchange, endpoint, readNamed, inFlight)
  }
}

type ReadBody = (exchange: Exchange) => string | Promise<string>

/** As Azure does, takes the model from the path, whatever the body says. */
function namingModel(read: ReadBody, model: string): ReadBody {
  return async (exchange) => withModel(await read(exchange), model)
}

function respondTo(
  gateway: Services,
  exchange: Exchange,
  endpoint: Endpoint,
  read: ReadBody,
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
