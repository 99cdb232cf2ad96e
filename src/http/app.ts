/** Every route of the gateway on one screen. What is not named here is refused. */
import { GatewayError } from '../core/errors.ts'
import { errorAnswer, newRequestId } from './error-response.ts'
import { type AppParts, getRoute, modelRoute, type Route } from './route.ts'
import { routesBy } from './router.ts'
import { doctor } from './routes/doctor.ts'
import { health, livez, metrics, readyz } from './routes/health.ts'
import type { ExchangeHandler } from './routes/inference.ts'
import { listModels, lookAtModel } from './routes/models.ts'
import type { Exchange } from './server/exchange.ts'
import { pathOf } from './server/target.ts'

export const ROUTES: readonly Route[] = [
  modelRoute('/v1/chat/completions', 'chat/completions'),
  modelRoute('/v1/completions', 'completions'),
  modelRoute('/v1/embeddings', 'embeddings'),
  getRoute('/v1/models', 'proxy_key', listModels),
  getRoute('/v1/models/{model}', 'proxy_key', lookAtModel),
  getRoute('/health', 'open', health),
  getRoute('/livez', 'open', livez),
  getRoute('/readyz', 'open', readyz),
  getRoute('/metrics', 'admin_key', metrics),
  getRoute('/admin/v1/doctor', 'admin_key', doctor),
]

export function createApp(parts: AppParts): ExchangeHandler {
  const posted = routesBy(ROUTES, 'POST', parts)
  const got = routesBy(ROUTES, 'GET', parts)
  return (exchange) => {
    const { method } = exchange
    const path = pathOf(exchange.target)
    const route =
      method === 'POST' ? posted(path) : method === 'GET' || method === 'HEAD' ? got(path) : null
    if (route) route(exchange)
    else refuse(exchange, path)
  }
}

function refuse(exchange: Exchange, path: string): void {
  const message = `gateway: there is no ${exchange.method} ${path.slice(0, 200)} here. See GET /v1/models and the list of endpoints in the README.`
  exchange.respond(errorAnswer(new GatewayError('not_found', message), newRequestId()))
}
