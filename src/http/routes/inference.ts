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
  return (exchange, { deployment }) => {
    const share = bodyLimits.memory.open()
    const read = () => readBody(exchange, bodyLimits, gateway.deadlines, share)
    const readNamed = deployment === null ? read : namingModel(read, deployment)
    inFlight.add()
    void respondTo(gateway, exchange, endpoint, readNamed).finally(() => {
      share.release()
      inFlight.remove()
    })
  }
}

type ReadBody = () => string | Promise<string>

/** As Azure does, takes the model from the path, whatever the body says. */
function namingModel(read: ReadBody, model: string): ReadBody {
  return async () => withModel(await read(), model)
}

/** Never rejects. */
async function respondTo(
  gateway: Services,
  exchange: Exchange,
  endpoint: Endpoint,
  readBody: ReadBody,
): Promise<void> {
  const context = openContext(newRequestId(), gateway.clock.nowMs())
  exchange.onGone = () => clientGone(context)
  try {
    await serve(gateway, { endpoint, client: exchange, readBody }, context)
  } catch (error) {
    if (context.status === 0) refused(gateway, context.requestId, error)
    exchange.respond(errorAnswer(error, context.requestId, gateway.logger, context.holdHeaders))
  }
}

/** Of a request that came as far as an attempt, settle notes what became of it. */
export function refused({ logger, metrics }: Services, requestId: string, error: unknown): void {
  const code = error instanceof GatewayError ? error.code : 'internal_error'
  const status = error instanceof GatewayError ? error.status : 500
  metrics.refused(code)
  logger[status < 500 ? 'info' : 'warn']({ requestId, status, error: code }, 'request refused')
}
