/** A route: what it answers and who may use it. A route cannot be created without an authorisation. */

import type { authenticate } from '../pipeline/authenticate.ts'
import type { Reply } from '../pipeline/client.ts'
import type { Services } from '../pipeline/services.ts'
import type { Endpoint, ProtocolName } from '../protocols/protocol.ts'
import type { JournalHealth } from '../usage/journal.ts'
import { AUTHORISE, type Audience } from './authorize.ts'
import type { AllowedOrigins } from './cors.ts'
import { errorAnswer, newRequestId } from './error-response.ts'
import type { PathParams } from './router.ts'
import {
  type ExchangeHandler,
  reportRefusal,
  type ServerOptions,
  serveEndpoint,
} from './routes/inference.ts'
import { wantsAnthropic } from './routes/model-forms.ts'
import type { Exchange } from './server/exchange.ts'

/** What the routes need of the program around them. */
export interface AppParts extends ServerOptions {
  gateway: Services
  readiness: {
    /** True from SIGTERM on. */
    draining(): boolean
    databaseHealthy(): Promise<boolean>
    /** The journals of other threads of this process. */
    otherJournals(): Promise<readonly JournalHealth[]>
  }
  /** With a listener of its own for administration, the public one serves clients' routes alone. */
  surface: 'all' | 'public' | 'admin'
  /** The admin API and the console; null where they are not served. */
  web: WebRoutes | null
  /** Web pages that may call the gateway; none by default. */
  allowedOrigins: AllowedOrigins
}

/** A prefix of paths that a router library serves. */
export interface WebRoutes {
  serves(path: string): boolean
  handler(exchange: Exchange): void
}

export interface Route {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` for one segment and `{name*}` for one or more; see router.ts. */
  path: string
  who: Audience
  open(parts: AppParts): ExchangeHandler
}

interface RouteContext<Who extends Audience> {
  exchange: Exchange
  caller: ReturnType<(typeof AUTHORISE)[Who]>
  requestId: string
  /** Set on every reply, also on an error. */
  headers: Record<string, string>
  params: PathParams
}

/** Null: the handler has already responded. */
type HandlerResult = Reply | null

export type Handler<Who extends Audience> = (
  context: RouteContext<Who>,
) => HandlerResult | Promise<HandlerResult>

/** A model call: its first stage, authenticate, decides who may use it. */
export function modelRoute(
  path: string,
  endpoint: Endpoint,
  protocol: ProtocolName = 'openai',
): Route {
  const inference = { protocol, endpoint } as const
  const open = ({ gateway, ...options }: AppParts) => serveEndpoint(gateway, inference, options)
  return { method: 'POST', path, who: 'proxy_key', open }
}

/** A route that only reads: it takes no body, and answers HEAD as well. */
export function getRoute<Who extends Audience>(
  path: string,
  who: Who,
  handlerOf: (parts: AppParts) => Handler<Who>,
): Route {
  const open = (parts: AppParts) => answering(parts, who, handlerOf(parts))
  return { method: 'GET', path, who, open }
}

function answering<Who extends Audience>(
  { gateway, inFlight }: AppParts,
  who: Who,
  handle: Handler<Who>,
): ExchangeHandler {
  const authorise = AUTHORISE[who] as (
    ...given: Parameters<typeof authenticate>
  ) => RouteContext<Who>['caller']
  const visit = async (exchange: Exchange, params: PathParams): Promise<void> => {
    const requestId = newRequestId()
    const headers = { 'x-request-id': requestId }
    try {
      const caller = authorise(gateway, exchange)
      // These routes, such as the list of models, leave no record.
      if (caller !== null)
        gateway.keyActivity.used({ keyId: caller.key.id, atMs: gateway.clock.nowMs() })
      const reply = await handle({ exchange, caller, requestId, headers, params })
      if (reply !== null) exchange.respond({ ...reply, headers: { ...headers, ...reply.headers } })
    } catch (error) {
      reportRefusal(gateway, { requestId }, error, exchange)
      const { logger } = gateway
      const protocol = wantsAnthropic(exchange.headers) ? 'anthropic' : 'openai'
      exchange.respond(errorAnswer(error, requestId, { logger, headers, protocol }))
    } finally {
      inFlight.remove()
    }
  }
  return (exchange, { params }) => {
    exchange.dropBody()
    inFlight.add()
    void visit(exchange, params)
  }
}
