/** GET /v1/realtime: a WebSocket to a realtime model. */
import { GatewayError } from '../../core/errors.ts'
import { readOffer } from '../../http1/websocket-handshake.ts'
import { ANY_KEY, row } from '../../passthrough/route.ts'
import { keyRevoked } from '../../pipeline/authenticate.ts'
import { openContext } from '../../pipeline/context.ts'
import { serveRealtime } from '../../pipeline/realtime/serve.ts'
import type { VendorCall } from '../../pipeline/vendor/call.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import type { AppParts, Route } from '../route.ts'
import { queryTextOf } from '../server/target.ts'
import { type ExchangeHandler, reportRefusal } from './inference.ts'

const ROW = row(
  'GET realtime',
  { by: 'model', param: 'model', otherwise: ANY_KEY },
  { meter: 'tokens' },
)

export const realtimeRoute: Route = {
  method: 'GET',
  path: ROW.path,
  who: 'proxy_key',
  open: realtimeHandler,
}

function realtimeHandler({ gateway: services, inFlight }: AppParts): ExchangeHandler {
  return (client) => {
    const context = openContext(newRequestId(), services.clock.nowMs())
    const { requestId, signal } = context
    client.abortWhenGone = signal
    client.revoked = () => errorAnswer(keyRevoked(), requestId)
    client.dropBody()
    inFlight.add()
    const serve = async () => {
      const offer = readOffer(client.headers)
      if (offer === null) throw upgradeRequired()
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
  const none = { body: { kind: 'none' }, fields: {}, alsoNamed: [] } as const
  return { route: ROW, path: 'realtime', query, params: { model }, ...none }
}

function upgradeRequired(): GatewayError {
  return new GatewayError(
    'upgrade_required',
    'gateway: /v1/realtime is a WebSocket. Connect with ws:// or wss://, or make a session with POST /v1/realtime/client_secrets.',
    { headers: { upgrade: 'websocket' } },
  )
}
