/** Every route of the gateway on one screen. Any other path is refused. */

import { corsHeaders, preflightHeaders } from './cors.ts'
import { errorAnswer, newRequestId } from './error-response.ts'
import { dotSegmentRefusal, notFound } from './not-found.ts'
import { hasDotSegment, pathForms, routeAtEnd } from './path-forms.ts'
import { type AppParts, getRoute, modelRoute, type Route } from './route.ts'
import { createRouter, decodedOr, type Router } from './router.ts'
import { GEMINI_ROUTES } from './routes/gemini.ts'
import { GEMINI_VENDOR_ROUTES } from './routes/gemini-vendor.ts'
import { health, livez, metrics, readyz } from './routes/health.ts'
import type { ExchangeHandler, RouteMatch } from './routes/inference.ts'
import {
  listClientModels,
  listGeminiModels,
  lookAtGeminiModel,
  lookAtModel,
} from './routes/models.ts'
import { FURTHER_SESSION_ROUTES, LIVE_ROUTES, realtimeRoute } from './routes/realtime.ts'
import { FURTHER_RESPONSES_ROUTES, RESPONSES_ROUTE } from './routes/responses.ts'
import { unservedReply } from './routes/unserved.ts'
import { VENDOR_ROUTES } from './routes/vendor.ts'
import type { Exchange } from './server/exchange.ts'
import { pathOf } from './server/target.ts'

export const ROUTES: readonly Route[] = [
  modelRoute('/v1/chat/completions', 'chat/completions'),
  modelRoute('/v1/completions', 'completions'),
  modelRoute('/v1/embeddings', 'embeddings'),
  modelRoute('/v1/messages', 'messages', 'anthropic'),
  modelRoute('/v1/messages/count_tokens', 'messages/count_tokens', 'anthropic'),
  RESPONSES_ROUTE,
  ...GEMINI_ROUTES,
  getRoute('/v1beta/models', 'proxy_key', listGeminiModels),
  getRoute('/v1beta/models/{model*}', 'proxy_key', lookAtGeminiModel),
  getRoute('/v1/models', 'proxy_key', listClientModels),
  getRoute('/v1/models/{model*}', 'proxy_key', lookAtModel),
  getRoute('/health', 'open', health),
  getRoute('/livez', 'open', livez),
  getRoute('/readyz', 'open', readyz),
  getRoute('/metrics', 'admin_key', metrics),
]

export function createApp(parts: AppParts): (exchange: Exchange) => void {
  const router = createRouter(
    [
      ...GEMINI_VENDOR_ROUTES,
      ...ROUTES,
      realtimeRoute,
      ...LIVE_ROUTES,
      ...FURTHER_SESSION_ROUTES,
      ...FURTHER_RESPONSES_ROUTES,
      ...VENDOR_ROUTES,
    ]
      .filter(({ path }) => isServed(path, parts.surface))
      .map(({ method, path, open }) => ({
        method,
        path,
        value: { handler: open(parts), match: { params: {}, deployment: null, path } },
      })),
  )
  return (exchange) => {
    // Before CORS: pages of other origins have no business with the admin API.
    const path = pathOf(exchange.target)
    if (parts.web?.serves(path)) {
      parts.web.handler(exchange)
      return
    }
    const cors = corsHeaders(parts.allowedOrigins, exchange.headers)
    if (cors !== null) {
      exchange.addHeaders(cors)
      if (isPreflight(exchange)) {
        respondToPreflight(exchange)
        return
      }
    }
    // Claude Code checks in this way whether the server is up.
    if (exchange.method === 'HEAD' && path === '/') {
      exchange.respond({ status: 200, headers: {}, body: '' })
      return
    }
    const found = find(router, exchange.method, path)
    if (found === null) refuse(exchange, router, path)
    else found.handler(exchange, found.match)
  }
}

/** Liveness is public on both listeners. */
const ON_BOTH = ['/health', '/livez', '/readyz']

function isServed(path: string, surface: AppParts['surface']): boolean {
  if (surface === 'all' || ON_BOTH.includes(path)) return true
  return (path === '/metrics') === (surface === 'admin')
}

/** `match` is that of the path as the route names it. */
interface FoundRoute {
  handler: ExchangeHandler
  match: RouteMatch
}

/** The route of a path as it was sent, or of the likeliest other form of it; see path-forms.ts. */
function find(router: Router<FoundRoute>, method: string, path: string): FoundRoute | null {
  const routed = method === 'HEAD' ? 'GET' : method
  const exact = router.exact(routed, path)
  if (exact !== null) return exact
  if (hasDotSegment(path)) return null
  for (const form of pathForms(path)) {
    const found = router.match(routed, form.path)
    if (found === null) continue
    const deployment = form.deployment === null ? null : decodedOr(form.deployment)
    const match = { params: found.params, deployment, path: form.path }
    return { handler: found.value.handler, match }
  }
  return null
}

function isPreflight(exchange: Exchange): boolean {
  return (
    exchange.method === 'OPTIONS' && exchange.headers.get('access-control-request-method') !== null
  )
}

/** Before authentication: a browser sends no key with it, and learns no more than which headers are known. */
function respondToPreflight(exchange: Exchange): void {
  exchange.respond({ status: 204, headers: preflightHeaders(exchange.headers), body: '' })
}

/** Routes of clients only: errors never name those of operators. */
function meantBy(router: Router<FoundRoute>, method: string, path: string): string | null {
  return routeAtEnd(path, (end) => {
    const meant = find(router, method, end)?.match.path ?? null
    return meant?.startsWith('/v1/') ? meant : null
  })
}

function refuse(exchange: Exchange, router: Router<FoundRoute>, path: string): void {
  const requestId = newRequestId()
  const { method } = exchange
  const served = (other: string) => find(router, other, path) !== null
  const refusal = () =>
    hasDotSegment(path)
      ? dotSegmentRefusal()
      : notFound(method, path, served, meantBy(router, method, path))
  exchange.respond(unservedReply(method, path, requestId) ?? errorAnswer(refusal(), requestId))
}
