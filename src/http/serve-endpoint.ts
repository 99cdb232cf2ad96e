/** Joins the web server to the pipeline: one request in, one reply out, the client's going away noticed. */
import type { Endpoint } from '../core/ask.ts'
import { GatewayError } from '../core/errors.ts'
import type { Deadline } from '../pipeline/deadlines.ts'
import type { Gateway } from '../pipeline/gateway.ts'
import type { Reply } from '../pipeline/relay.ts'
import { type Incoming, serve } from '../pipeline/serve.ts'
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
  const read = (request: Request) => readBody(request, options.bodyLimits, gateway.deadlines)
  return (request: Request) => respondTo(gateway, request, endpoint, read, options)
}

export function respondTo(
  gateway: Gateway,
  request: Request,
  endpoint: Endpoint,
  read: (request: Request) => Promise<string>,
  { peerOf, underWay }: Pick<ServerOptions, 'peerOf' | 'underWay'>,
): Promise<Response> {
  const trace = openTrace(newRequestId(), gateway.clock.nowMs())
  const waiting = watchClient(gateway, request, trace)
  const { promise, resolve } = Promise.withResolvers<Response>()
  underWay.add()
  const done = () => {
    waiting.clear()
    underWay.remove()
  }
  const incoming = new Exchange(request, endpoint, read, peerOf, resolve)
  serve(gateway, incoming, trace).then(done, (error) => {
    if (error instanceof GatewayError && error.status < 500) {
      gateway.logger.info(
        { requestId: trace.requestId, status: error.status, error: error.code },
        'request refused',
      )
    }
    resolve(errorReply(error, trace.requestId, gateway.logger, trace.holdHeaders))
    done()
  })
  return promise
}

/** A class, for as closures it would be made of seven objects for each request. */
class Exchange implements Incoming {
  readonly endpoint: Endpoint
  readonly headers: Headers
  private readonly request: Request
  private readonly read: (request: Request) => Promise<string>
  private readonly peerOf: ServerOptions['peerOf']
  private readonly resolve: (response: Response) => void

  constructor(
    request: Request,
    endpoint: Endpoint,
    read: (request: Request) => Promise<string>,
    peerOf: ServerOptions['peerOf'],
    resolve: (response: Response) => void,
  ) {
    this.endpoint = endpoint
    this.headers = request.headers
    this.request = request
    this.read = read
    this.peerOf = peerOf
    this.resolve = resolve
  }

  readBody(): Promise<string> {
    return this.read(this.request)
  }

  peer(): string | null {
    return this.peerOf(this.request)
  }

  respond({ status, headers, body }: Reply): void {
    this.resolve(new Response(body, { status, headers }))
  }
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
