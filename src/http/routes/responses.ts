/**
 * POST /v1/responses: passed to upstreams that keep responses, where the ids that they make are remembered;
 * translated for all others.
 */
import type { Caller } from '../../access/caller.ts'
import { authenticate } from '../../pipeline/authenticate.ts'
import { keepsResponses } from '../../pipeline/vendor/plan.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import type { AppParts, Route } from '../route.ts'
import type { Exchange } from '../server/exchange.ts'
import { readText } from '../server/read-body.ts'
import { type RouteMatch, reportRefusal, serveEndpoint } from './inference.ts'
import { RESPONSES_ROW, vendorHandler } from './vendor.ts'

export const RESPONSES_ROUTE: Route = {
  method: 'POST',
  path: '/v1/responses',
  who: 'proxy_key',
  open(parts) {
    const passed = vendorHandler(RESPONSES_ROW, parts)
    const inference = { protocol: 'responses', endpoint: 'responses' } as const
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

interface Chosen {
  passes: boolean
  body?: string
}

/** Null: it was refused. */
async function choose(
  { gateway: services, bodyLimits }: AppParts,
  exchange: Exchange,
  { deployment }: RouteMatch,
): Promise<Chosen | null> {
  const share = bodyLimits.memory.open()
  try {
    // Nothing is read of somebody who may not ask.
    const caller: Caller = authenticate(services, exchange)
    if (deployment !== null) return { passes: true }
    const reading = { request: exchange, limits: bodyLimits, deadlines: services.deadlines, share }
    const body = await readText(reading)
    return { passes: await keepsResponses(services, caller, body), body }
  } catch (error) {
    const requestId = newRequestId()
    reportRefusal(services, requestId, error, exchange)
    const { logger } = services
    exchange.respond(errorAnswer(error, requestId, { logger, protocol: 'responses' }))
    return null
  } finally {
    share.release()
  }
}
