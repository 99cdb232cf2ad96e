/** Every route of the gateway on one screen. What is not named here is refused. */
import { Hono } from 'hono'
import type { Gateway } from '../pipeline/gateway.ts'
import { type Doctor, doctor } from './doctor.ts'
import { health, livez, metrics, type Readiness, readyz } from './health.ts'
import { listModels, lookAtModel } from './models.ts'
import { notFound } from './refusals.ts'
import { type Answer, type ServerOptions, serveEndpoint } from './serve-endpoint.ts'
import { answerByWeb } from './web-routes.ts'

export interface AppOptions extends ServerOptions {
  gateway: Gateway
  readiness: Readiness
  doctor: Doctor
}

/** Authorisation a route: `proxy_key`, `admin_key` or `open`. The test of the routes reads this table. */
export const ROUTES = [
  ['POST', '/v1/chat/completions', 'proxy_key'],
  ['POST', '/v1/completions', 'proxy_key'],
  ['POST', '/v1/embeddings', 'proxy_key'],
  ['GET', '/v1/models', 'proxy_key'],
  ['GET', '/v1/models/:model{.+}', 'proxy_key'],
  ['GET', '/health', 'open'],
  ['GET', '/livez', 'open'],
  ['GET', '/readyz', 'open'],
  ['GET', '/metrics', 'admin_key'],
  ['GET', '/admin/v1/doctor', 'admin_key'],
] as const

const MODELS = '/v1/models/'

export function createApp({ gateway, readiness, doctor: examine, ...options }: AppOptions): Answer {
  /** What an upstream answers goes to the client by itself; the rest, by the web framework. */
  const served = new Map<string, Answer>([
    ['/v1/chat/completions', serveEndpoint(gateway, 'chat/completions', options)],
    ['/v1/completions', serveEndpoint(gateway, 'completions', options)],
    ['/v1/embeddings', serveEndpoint(gateway, 'embeddings', options)],
  ])
  const look = lookAtModel(gateway, options)
  const web = new Hono()
  web.get('/v1/models', listModels(gateway))
  web.get('/health', health(gateway, readiness))
  web.get('/livez', livez)
  web.get('/readyz', readyz(readiness))
  web.get('/metrics', metrics(gateway))
  web.get('/admin/v1/doctor', doctor(gateway, examine))
  web.notFound(notFound)
  return (exchange) => {
    const { method } = exchange
    const path = pathOf(exchange.target)
    const serve = method === 'POST' ? served.get(path) : undefined
    if (serve !== undefined) serve(exchange)
    else if (looks(method) && path.length > MODELS.length && path.startsWith(MODELS))
      look(exchange, path.slice(MODELS.length))
    else void answerByWeb(web.fetch, exchange)
  }
}

function looks(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** Clients that take us for a proxy send the whole URL. */
function pathOf(target: string): string {
  const local = target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?#]*/i, '')
  const query = local.indexOf('?')
  return query < 0 ? local : local.slice(0, query)
}
