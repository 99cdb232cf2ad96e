/** Joins the web server to the pipeline: one request in, one reply out, the client's going away noticed. */
import type { Context } from 'hono'
import type { Endpoint } from '../core/ask.ts'
import { GatewayError } from '../core/errors.ts'
import type { Deadline } from '../pipeline/deadlines.ts'
import type { Gateway } from '../pipeline/gateway.ts'
import type { Reply } from '../pipeline/relay.ts'
import { serve } from '../pipeline/serve.ts'
import { clientGone, openTrace, type Trace } from '../pipeline/trace.ts'
import { type BodyLimits, readBody } from './read-body.ts'
import { errorReply, newRequestId } from './refusals.ts'

const LISTEN_AFTER_MS = 10

export interface ServerOptions {
  bodyLimits: BodyLimits
  /** The address at the other end of the socket. */
  peerOf: (request: Request) => string | null
  /** Counts requests under way, so that stopping can wait for them. */
  underWay: { add(): void; remove(): void }
}

export function serveEndpoint(gateway: Gateway, endpoint: Endpoint, options: ServerOptions) {
  const { bodyLimits, peerOf, underWay } = options
  return (context: Context): Promise<Response> => {
    const request = context.req.raw
    return respondTo(
      gateway,
      request,
      endpoint,
      () => readBody(request, bodyLimits, gateway.deadlines),
      peerOf,
      underWay,
    )
  }
}

export function respondTo(
  gateway: Gateway,
  request: Request,
  endpoint: Endpoint,
  body: () => Promise<string>,
  peerOf: ServerOptions['peerOf'],
  underWay?: ServerOptions['underWay'],
): Promise<Response> {
  const trace = openTrace(newRequestId(), gateway.clock.nowMs())
  const waiting = watchClient(gateway, request, trace)
  underWay?.add()
  const incoming = {
    endpoint,
    headers: request.headers,
    readBody: body,
    peer: () => peerOf(request),
  }
  return new Promise((resolve) => {
    const done = () => {
      waiting.clear()
      underWay?.remove()
    }
    serve(gateway, incoming, trace, (reply) => resolve(responseOf(reply))).then(done, (error) => {
      if (error instanceof GatewayError && error.status < 500) {
        gateway.logger.info(
          { requestId: trace.requestId, status: error.status, error: error.code },
          'request refused',
        )
      }
      resolve(errorReply(error, trace.requestId, gateway.logger, trace.holdHeaders))
      done()
    })
  })
}

/**
 * Listening for the client's going away costs as much as the rest of the routing, so it begins only
 * once the request has waited a little; a client that left before is noticed then.
 */
function watchClient(gateway: Gateway, request: Request, trace: Trace): Deadline {
  const waiting = gateway.deadlines.open()
  waiting.set(LISTEN_AFTER_MS, () => {
    const { signal } = request
    if (signal.aborted) clientGone(trace)
    else signal.addEventListener('abort', () => clientGone(trace), { once: true })
  })
  return waiting
}

function responseOf({ status, headers, body }: Reply): Response {
  return new Response(body, { status, headers })
}
