/** Joins the web server to the pipeline: one request in, one response out; a client that leaves is noticed. */

import { GatewayError, internalError } from '../../core/errors.ts'
import type { ClientPeer } from '../../limits/rate-limits.ts'
import { KeyRefused, keyRevoked } from '../../pipeline/authenticate.ts'
import type { Reply } from '../../pipeline/client.ts'
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
import { type BodyLimits, type BodyReading, readText } from '../server/read-body.ts'
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
  options: ServerOptions,
): ExchangeHandler {
  return (client, match) => {
    options.inFlight.add()
    void new ModelCall(services, inference, match, client).answer(options)
  }
}

/** A class because every request creates one: closures would take a dozen objects. */
class ModelCall implements Incoming {
  readonly protocol: ProtocolName
  readonly endpoint: Endpoint
  readonly client: Exchange
  readonly continued: Continued | undefined
  private readonly services: Services
  private readonly named: Inference['named']
  private readonly deployment: string | null
  private readonly body: string | undefined
  private reading: BodyReading | null = null
  private requestId = ''

  constructor(
    services: Services,
    { protocol, endpoint, named }: Inference,
    { deployment, body, continued }: RouteMatch,
    client: Exchange,
  ) {
    this.protocol = protocol
    this.endpoint = endpoint
    this.client = client
    this.continued = continued
    this.services = services
    this.named = named
    this.deployment = deployment
    this.body = body
  }

  /** Never rejects. Returns after the last byte. */
  async answer({ bodyLimits, inFlight }: ServerOptions): Promise<void> {
    const { services, client } = this
    const { deadlines, clock } = services
    const share = bodyLimits.memory.open()
    this.reading = { request: client, limits: bodyLimits, deadlines, share }
    const context = openContext(newRequestId(), clock.nowMs())
    this.requestId = context.requestId
    client.abortWhenGone = context.signal
    client.refusal = this
    try {
      const run = COUNTING.has(this.endpoint) ? serveCount : serve
      await run(services, this, context)
    } catch (error) {
      reportRefusal(services, context, error, client)
      client.respond(this.refuse(error))
    } finally {
      share.release()
      inFlight.remove()
    }
  }

  readBody(): string | Promise<string> {
    if (this.named === undefined && this.deployment === null) return this.read()
    return this.readNamed()
  }

  revoked(): Reply {
    return this.refuse(keyRevoked())
  }

  /** With what the path says. As Azure does, takes the model from the path, whatever the body says. */
  private async readNamed(): Promise<string> {
    const text = await this.read()
    if (this.named !== undefined) return this.named(text)
    return this.deployment === null ? text : withModel(text, this.deployment)
  }

  private read(): string | Promise<string> {
    return this.body ?? readText(this.reading as BodyReading)
  }

  private refuse(error: unknown): Reply {
    const { requestId, protocol } = this
    return errorAnswer(error, requestId, { logger: this.services.logger, protocol })
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
