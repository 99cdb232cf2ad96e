/** Joins the web server to the pipeline: one request in, one response out; a client that leaves is noticed. */

import { GatewayError, internalError } from '../../core/errors.ts'
import type { ClientPeer } from '../../limits/rate-limits.ts'
import { KeyRefused, keyRevoked } from '../../pipeline/authenticate.ts'
import { openContext, type RequestContext } from '../../pipeline/context.ts'
import { COUNTING, serveCount } from '../../pipeline/count-tokens.ts'
import type { Continued } from '../../pipeline/kept/continue.ts'
import { type RefusedCall, refusedCallOf } from '../../pipeline/refused.ts'
import { type Incoming, serve } from '../../pipeline/serve.ts'
import type { Services } from '../../pipeline/services.ts'
import { withModel } from '../../protocols/openai/request.ts'
import type { Endpoint, ProtocolName } from '../../protocols/protocol.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import type { PathParams } from '../router.ts'
import type { Exchange } from '../server/exchange.ts'
import { type BodyLimits, readText } from '../server/read-body.ts'
import type { UploadLimits } from './bounded-source.ts'

export interface ServerOptions {
  bodyLimits: BodyLimits
  uploadLimits: UploadLimits
  /** Counts requests in flight, so that stopping can wait for them. */
  inFlight: { add(): void; remove(): void }
}

/** What the path says beyond the route that it matched. */
export interface RouteMatch {
  params: PathParams
  /** The model that an Azure client names in the path, as its deployment; null in other paths. */
  deployment: string | null
  /** The route's own path, of whatever form of it was sent. */
  path: string
  /** The body, if the route had to read it to decide where it goes. */
  body?: string
  /** The conversation that the request continues, if the gateway keeps responses. */
  continued?: Continued
}

export type ExchangeHandler = (exchange: Exchange, match: RouteMatch) => void

/** What clients call, and in which protocol. */
export interface Inference {
  protocol: ProtocolName
  endpoint: Endpoint
  /** Puts into the body what the path says, if that is the protocol's way. */
  named?: (text: string) => string
}

export function serveEndpoint(
  services: Services,
  inference: Inference,
  { bodyLimits, inFlight }: ServerOptions,
): ExchangeHandler {
  const { protocol, endpoint, named } = inference
  return (client, { deployment, body, continued }) => {
    const share = bodyLimits.memory.open()
    const reading = { request: client, limits: bodyLimits, deadlines: services.deadlines, share }
    const read = () => body ?? readText(reading)
    const readBody =
      named !== undefined
        ? async () => named(await read())
        : deployment === null
          ? read
          : namingModel(read, deployment)
    inFlight.add()
    void respondTo(services, { protocol, endpoint, client, readBody, continued }, () => {
      share.release()
      inFlight.remove()
    })
  }
}

type ReadBody = Incoming['readBody']

/** As Azure does, takes the model from the path, whatever the body says. */
function namingModel(read: ReadBody, model: string): ReadBody {
  return async () => withModel(await read(), model)
}

/** Never rejects. Calls `ended` after the last byte. */
async function respondTo(
  services: Services,
  incoming: Incoming & { client: Exchange },
  ended: () => void,
): Promise<void> {
  const context = openContext(newRequestId(), services.clock.nowMs())
  const { requestId, signal } = context
  const { client, protocol } = incoming
  client.abortWhenGone = signal
  client.revoked = () => errorAnswer(keyRevoked(), requestId, { protocol })
  try {
    const run = COUNTING.has(incoming.endpoint) ? serveCount : serve
    await run(services, incoming, context)
  } catch (error) {
    reportRefusal(services, context, error, client)
    client.respond(errorAnswer(error, requestId, { logger: services.logger, protocol }))
  } finally {
    ended()
  }
}

/** A request, as far as it came; some routes have only its id. */
export type RefusedContext = Pick<RequestContext, 'requestId'> & Partial<RequestContext>

/** Of a request that came as far as an attempt, settle records what became of it. */
export function reportRefusal(
  services: Services,
  refused: RefusedContext,
  error: unknown,
  client: ClientPeer,
): void {
  const { logger, metrics } = services
  const { requestId } = refused
  const known = error instanceof GatewayError ? error : internalError()
  const { code, status } = known
  metrics.refused(code)
  showRefusal(services, refused, { error: known, asked: refusedCallOf(error) })
  const refusedKey = error instanceof KeyRefused ? error.refusedKey : null
  if (refusedKey !== null) {
    const address = services.rateLimits.addressOf(client)
    const { keyId, prefix, user, reason } = refusedKey
    logger.warn({ requestId, status, code, key: prefix, user, address, reason }, 'key refused')
    services.keyActivity.refused({ keyId, reason, address, atMs: services.clock.nowMs() })
    return
  }
  // Scans with unknown keys are common, so they are logged as info; a refusal of a known key is a warning.
  const quiet = status < 500 && (status === 401 || status === 404 || status === 405)
  logger[quiet ? 'info' : 'warn']({ requestId, status, code }, 'request refused')
}

interface Refusal {
  error: GatewayError
  asked: RefusedCall | null
}

/** Those of strangers, whose key is unknown, are only counted. */
function showRefusal({ live }: Services, refused: RefusedContext, { error, asked }: Refusal): void {
  const { requestId, startedAtMs, arrivedMs } = refused
  if (asked === null || startedAtMs === undefined || arrivedMs === undefined) return
  const { status, code, message, figures } = error
  const durationMs = performance.now() - arrivedMs
  live.refuse({
    ...{ requestId, startedAtMs, durationMs, ...asked },
    ...{ status, code, message, figures },
  })
}
