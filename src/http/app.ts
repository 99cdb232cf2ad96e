/** Every route of the gateway on one screen. What is not named here is refused. */
import { Hono } from 'hono'
import type { Gateway } from '../pipeline/gateway.ts'
import { type Doctor, doctor } from './doctor.ts'
import { health, livez, metrics, type Readiness, readyz } from './health.ts'
import { listModels, lookAtModel } from './models.ts'
import { notFound } from './refusals.ts'
import { type ServerOptions, serveEndpoint } from './serve-endpoint.ts'

export interface AppOptions extends ServerOptions {
  gateway: Gateway
  readiness: Readiness
  doctor: Doctor
}

type Fetch = (request: Request) => Response | Promise<Response>

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

export function createApp({ gateway, readiness, doctor: examine, ...options }: AppOptions): Fetch {
  const app = new Hono()
  const served = new Map<string, Fetch>([
    ['/v1/chat/completions', serveEndpoint(gateway, 'chat/completions', options)],
    ['/v1/completions', serveEndpoint(gateway, 'completions', options)],
    ['/v1/embeddings', serveEndpoint(gateway, 'embeddings', options)],
  ])
  app.get('/v1/models', listModels(gateway))
  app.get('/v1/models/:model{.+}', lookAtModel(gateway, options))
  app.get('/health', health(gateway, readiness))
  app.get('/livez', livez)
  app.get('/readyz', readyz(readiness))
  app.get('/metrics', metrics(gateway))
  app.get('/admin/v1/doctor', doctor(gateway, examine))
  app.notFound(notFound)
  return (request) => {
    const serve = request.method === 'POST' ? served.get(pathOf(request.url)) : undefined
    return serve === undefined ? app.fetch(request) : serve(request)
  }
}

/** Nearly all requests go to three paths; the router makes two dozen objects to find one of them. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3)
  const query = url.indexOf('?', start)
  return query < 0 ? url.slice(start) : url.slice(start, query)
}
