/** GET /v1/realtime, and Gemini's Live API: a WebSocket to a realtime model. */
import { GatewayError } from '../../core/errors.ts'
import { readOffer } from '../../http1/websocket-handshake.ts'
import { ANY_KEY, byObject, row, type VendorRoute } from '../../passthrough/route.ts'
import { keyRevoked } from '../../pipeline/authenticate.ts'
import { openContext } from '../../pipeline/context.ts'
import { serveRealtime } from '../../pipeline/realtime/serve.ts'
import type { VendorCall } from '../../pipeline/vendor/call.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import type { AppParts, Route } from '../route.ts'
import { decodedOr } from '../router.ts'
import { pathOf, queryTextOf } from '../server/target.ts'
import { type ExchangeHandler, reportRefusal } from './inference.ts'
import { AZURE_KEY, GOOGLE_KEY, takeKeyFromQuery } from './key-in-query.ts'

const ROW = row(
  'GET realtime',
  { by: 'model', param: 'model', otherwise: ANY_KEY },
  { meter: 'tokens' },
)

const NO_BODY = { body: { kind: 'none' }, fields: {}, alsoNamed: [] } as const

export const realtimeRoute: Route = {
  method: 'GET',
  path: ROW.path,
  who: 'proxy_key',
  open(parts) {
    const handle = realtimeHandler(parts, callOf)
    return (exchange, match) => {
      takeKeyFromQuery(exchange, AZURE_KEY)
      handle(exchange, match)
    }
  },
}

/** Sessions whose model is in their messages, if it is in none of their paths. */
const FURTHER_ROWS: readonly VendorRoute[] = [
  { ...ROW, path: '/v1/realtime/translations' },
  { ...ROW, path: '/v1/live/sessions' },
  { ...ROW, path: '/v1/responses', creates: 'response', holdsCalls: true },
  byObject('GET live/sessions/{live_session}/attach', { meter: 'tokens' }),
  byObject('GET live/sessions/{live_session}/fork', { meter: 'tokens' }),
]

export const FURTHER_SESSION_ROUTES: readonly Route[] = FURTHER_ROWS.map((route) => ({
  method: 'GET',
  path: route.path,
  who: 'proxy_key',
  open: (parts) => (client, match) => {
    const path = match.path.replace(/^\/v1\//, '')
    const named = Object.entries(match.params).map(([name, value]) => [name, decodedOr(value)])
    realtimeHandler(parts, (target) => {
      const call = callOf(target)
      return { ...call, route, path, params: { ...call.params, ...Object.fromEntries(named) } }
    })(client, match)
  },
}))

const LIVE = '/ws/google.ai.generativelanguage'
const LIVE_ROW = {
  ...row('GET live', { by: 'model', param: 'model', otherwise: ANY_KEY }, { meter: 'tokens' }),
  api: 'gemini',
  protocol: 'gemini',
  holdsCalls: true,
} as const

/** Gemini's Live API: the first message names the model, so any key of the vendor can serve it. */
export const LIVE_ROUTES: readonly Route[] = ['v1beta', 'v1alpha', 'v1'].map((version) => ({
  method: 'GET',
  path: `${LIVE}.${version}.GenerativeService.BidiGenerateContent`,
  who: 'proxy_key',
  open(parts) {
    return (exchange, match) => {
      takeKeyFromQuery(exchange, GOOGLE_KEY)
      realtimeHandler(parts, () => liveCallOf(match.path))(exchange, match)
    }
  },
}))

function liveCallOf(path: string): VendorCall {
  return {
    route: LIVE_ROW,
    path: path.slice(1),
    origin: '',
    query: '',
    params: { model: '' },
    ...NO_BODY,
  }
}

function realtimeHandler(
  { gateway: services, inFlight }: AppParts,
  callOf: (target: string) => VendorCall,
): ExchangeHandler {
  return (client) => {
    const context = openContext(newRequestId(), services.clock.nowMs())
    const { requestId, signal } = context
    client.abortWhenGone = signal
    client.refusal = { revoked: () => errorAnswer(keyRevoked(), requestId) }
    client.dropBody()
    inFlight.add()
    const serve = async () => {
      const offer = readOffer(client.headers)
      if (offer === null) throw upgradeRequired(pathOf(client.target))
      await serveRealtime(services, { client, offer, call: callOf(client.target) }, context)
    }
    serve()
      .catch((error) => {
        reportRefusal(services, context, error, client)
        client.respond(errorAnswer(error, requestId, { logger: services.logger }))
      })
      .finally(inFlight.remove)
  }
}

/** Azure clients name a deployment instead of a model. */
function callOf(target: string): VendorCall {
  const query = queryTextOf(target)
  const parameters = new URLSearchParams(query)
  const model = parameters.get('model') ?? parameters.get('deployment') ?? ''
  return { route: ROW, path: 'realtime', origin: '', query, params: { model }, ...NO_BODY }
}

function upgradeRequired(path: string): GatewayError {
  return new GatewayError(
    'upgrade_required',
    `gateway: ${path.slice(0, 200)} is a WebSocket. Connect with ws:// or wss://.`,
    { headers: { upgrade: 'websocket' } },
  )
}
