/**
 * OpenAI's Responses: passed to upstreams that keep responses, where the ids that they make are remembered; translated
 * for all others, and then kept by the gateway itself if the operator wants that.
 */
import type { Caller } from '../../access/caller.ts'
import { admit } from '../../pipeline/admit.ts'
import { authenticate, keyRevoked } from '../../pipeline/authenticate.ts'
import { openContext } from '../../pipeline/context.ts'
import { type Continued, continued } from '../../pipeline/kept/continue.ts'
import { type KeptAction, serveKept } from '../../pipeline/kept/serve.ts'
import { refusedFor } from '../../pipeline/refused.ts'
import { keepsResponses } from '../../pipeline/vendor/plan.ts'
import type { Endpoint } from '../../protocols/protocol.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import type { AppParts, Route } from '../route.ts'
import { decodedOr } from '../router.ts'
import type { Exchange } from '../server/exchange.ts'
import { readText } from '../server/read-body.ts'
import { queryTextOf } from '../server/target.ts'
import { type RefusedContext, type RouteMatch, reportRefusal, serveEndpoint } from './inference.ts'
import { vendorHandler, vendorRow } from './vendor.ts'

export const RESPONSES_ROUTE = byModel('/v1/responses', 'responses')

/** Rows of the vendors' table too, where they are documented. */
export const FURTHER_RESPONSES_ROUTES: readonly Route[] = [
  byModel('/v1/responses/input_tokens', 'responses/input_tokens'),
  byId('GET', '/v1/responses/{response}', 'retrieve'),
  byId('DELETE', '/v1/responses/{response}', 'delete'),
  byId('GET', '/v1/responses/{response}/input_items', 'input_items'),
  byId('POST', '/v1/responses/{response}/cancel', 'cancel'),
]

function byModel(path: string, endpoint: Endpoint): Route {
  return {
    method: 'POST',
    path,
    who: 'proxy_key',
    open(parts) {
      const passed = vendorHandler(vendorRow('POST', path), parts)
      const inference = { protocol: 'responses', endpoint } as const
      const translated = serveEndpoint(parts.gateway, inference, parts)
      return (exchange, match) => {
        parts.inFlight.add()
        void choose(parts, exchange, match)
          .then((chosen) => {
            if (chosen === null) return
            const { passes, ...read } = chosen
            const handler = passes ? passed : translated
            handler(exchange, { ...match, ...read })
          })
          .finally(() => parts.inFlight.remove())
      }
    },
  }
}

interface Chosen {
  passes: boolean
  body?: string
  continued?: Continued
}

/** Null: it was refused. */
async function choose(
  parts: AppParts,
  exchange: Exchange,
  { deployment }: RouteMatch,
): Promise<Chosen | null> {
  const { gateway: services, bodyLimits } = parts
  const share = bodyLimits.memory.open()
  const context = openContext(newRequestId(), services.clock.nowMs())
  let caller: Caller | null = null
  try {
    // Nothing is read from a client that may not ask, or has too many requests in flight.
    caller = authenticate(services, exchange)
    if (deployment !== null) return { passes: true }
    const { requestId, signal } = context
    exchange.refusal = {
      revoked: () => errorAnswer(keyRevoked(), requestId, { protocol: 'responses' }),
    }
    exchange.abortWhenGone = signal
    const leave = await admit(services, caller, exchange, context)
    try {
      const { deadlines } = services
      const text = await readText({ request: exchange, limits: bodyLimits, deadlines, share })
      const passes = await keepsResponses(services, caller, text)
      const whole = await continued(services, caller, text, passes)
      if (whole === null) return { passes, body: text }
      return { passes, body: whole.text, continued: whole }
    } finally {
      // The chosen handler admits the request again.
      leave()
    }
  } catch (error) {
    if (caller !== null) refusedFor(error, caller, { endpoint: 'responses' })
    refuse(parts, exchange, error, context)
    return null
  } finally {
    share.release()
  }
}

/** One that the gateway keeps is answered here; all others are the upstream's. */
function byId(method: Route['method'], path: string, action: KeptAction): Route {
  return {
    method,
    path,
    who: 'proxy_key',
    open(parts) {
      const passed = vendorHandler(vendorRow(method, path), parts)
      const { gateway: services, inFlight } = parts
      if (services.responses === null) return passed
      const visit = async (exchange: Exchange, match: RouteMatch): Promise<void> => {
        const id = decodedOr(match.params.response ?? '')
        const query = new URLSearchParams(queryTextOf(exchange.target))
        try {
          const caller = authenticate(services, exchange)
          const reply = await serveKept(services, caller, exchange, { action, id, query })
          if (reply === null) return passed(exchange, match)
          exchange.dropBody()
          const headers = { 'x-request-id': newRequestId(), ...reply.headers }
          exchange.respond({ ...reply, headers })
        } catch (error) {
          refuse(parts, exchange, error, { requestId: newRequestId() })
        }
      }
      return (exchange, match) => {
        inFlight.add()
        void visit(exchange, match).finally(() => inFlight.remove())
      }
    },
  }
}

function refuse(
  { gateway }: AppParts,
  exchange: Exchange,
  error: unknown,
  refused: RefusedContext,
): void {
  const { requestId } = refused
  reportRefusal(gateway, refused, error, exchange)
  exchange.respond(errorAnswer(error, requestId, { logger: gateway.logger, protocol: 'responses' }))
}
