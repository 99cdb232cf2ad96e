/** Joins the web server to the pipeline: one request in, one reply out, the client's going away noticed. */
import type { Context } from 'hono'
import type { Endpoint } from '../core/ask.ts'
import { GatewayError } from '../core/errors.ts'
import type { Gateway } from '../pipeline/gateway.ts'
import type { Reply } from '../pipeline/relay.ts'
import { serve } from '../pipeline/serve.ts'
import { clientGone, openTrace } from '../pipeline/trace.ts'
import { type BodyLimits, readBody } from './read-body.ts'
import { errorReply, newRequestId } from './refusals.ts'

export interface ServerOptions {
  bodyLimits: BodyLimits
  /** Counts requests under way, so that stopping can wait for them. */
  underWay: { add(): void; remove(): void }
}

export function serveEndpoint(gateway: Gateway, endpoint: Endpoint, options: ServerOptions) {
  const { bodyLimits, underWay } = options
  return (context: Context): Promise<Response> => {
    const request = context.req.raw
    return respondTo(gateway, request, endpoint, () => readBody(request, bodyLimits, gateway.deadlines), underWay)
  }
}

export function respondTo(
  gateway: Gateway,
  request: Request,
  endpoint: Endpoint,
  body: () => Promise<string>,
  underWay?: ServerOptions['underWay'],
): Promise<Response> {
  const trace = openTrace(newRequestId(), gateway.clock.nowMs())
  const { promise, resolve } = Promise.withResolvers<Response>()
  request.signal.addEventListener('abort', () => clientGone(trace), { once: true })
  underWay?.add()
  serve(gateway, { endpoint, headers: request.headers, readBody: body }, trace, (reply) => resolve(responseOf(reply)))
    .catch((error) => {
      if (error instanceof GatewayError && error.status < 500) {
        gateway.logger.info({ requestId: trace.requestId, status: error.status, error: error.code }, 'request refused')
      }
      resolve(errorReply(error, trace.requestId, gateway.logger))
    })
    .finally(() => underWay?.remove())
  return promise
}

function responseOf({ status, headers, body }: Reply): Response {
  return new Response(body, { status, headers })
}
