/**
 * Gemini's further routes. A colon in a path's last part (`batches/abc:cancel`) is nothing that the router divides at,
 * so the rows of a collection are distinguished here.
 */
import { GEMINI_API_ROUTES } from '../../passthrough/gemini-routes.ts'
import type { VendorRoute } from '../../passthrough/route.ts'
import { authenticate } from '../../pipeline/authenticate.ts'
import { errorAnswer, newRequestId } from '../error-response.ts'
import { notFound } from '../not-found.ts'
import type { AppParts, Route } from '../route.ts'
import type { PathParams } from '../router.ts'
import type { Exchange } from '../server/exchange.ts'
import type { ExchangeHandler } from './inference.ts'
import { GOOGLE_KEY, takeKeyFromQuery } from './key-in-query.ts'
import { vendorHandler } from './vendor.ts'

const VERSIONS = ['v1beta', 'v1alpha']

interface Row {
  route: VendorRoute
  pattern: RegExp
}

const ROWS: readonly Row[] = GEMINI_API_ROUTES.map((route) => ({
  route,
  pattern: new RegExp(
    `^${route.path
      .replace('/v1beta/', '/v1(?:beta|alpha)/')
      .replace('{path*}', '(?<path>.+)')
      .replace(/\{(\w+)\}/g, '(?<$1>[^/:]+)')}$`,
  ),
}))

interface FoundRow {
  route: VendorRoute
  params: PathParams
}

function rowFor(method: string, path: string): FoundRow | null {
  for (const { route, pattern } of ROWS) {
    if (route.method !== method) continue
    const found = pattern.exec(path)
    if (found !== null) return { route, params: { ...found.groups } }
  }
  return null
}

/** Takes a path of the collections; a path without a row is refused, and a caller without access learns nothing more. */
export function openGeminiVendor(parts: AppParts): ExchangeHandler {
  const handlers = new Map(ROWS.map(({ route }) => [route, vendorHandler(route, parts)]))
  return (exchange, match) => {
    takeKeyFromQuery(exchange, GOOGLE_KEY)
    const { path } = match
    const method = exchange.method === 'HEAD' ? 'GET' : exchange.method
    const found = rowFor(method, path)
    const handler = found === null ? undefined : handlers.get(found.route)
    if (found !== null && handler !== undefined)
      handler(exchange, { ...match, params: found.params })
    else refuse(parts, exchange, path)
  }
}

/** Each collection, and whatever is below it, of each version. */
export const GEMINI_VENDOR_ROUTES: readonly Route[] = [
  ...new Set(GEMINI_API_ROUTES.flatMap(({ method, path }) => collectionsOf(method, path))),
].map((line) => {
  const [method, path] = line.split(' ') as [Route['method'], string]
  return { method, path, who: 'proxy_key', open: openGeminiVendor }
})

/** Of models only what no other route has: their operations. Their other calls come from gemini.ts. */
function collectionsOf(method: string, path: string): string[] {
  const [, prefix = '', collection = '', rest] = /^(\/upload)?\/v1beta\/(\w+)(.*)$/.exec(path) ?? []
  const below =
    collection === 'models' ? '/models/{model}/operations/{rest*}' : `/${collection}/{rest*}`
  if (collection === 'models' && method !== 'GET') return []
  return VERSIONS.map(
    (version) => `${method} ${prefix}/${version}${rest ? below : `/${collection}`}`,
  )
}

const GEMINI = { protocol: 'gemini' } as const

function refuse({ gateway }: AppParts, exchange: Exchange, path: string): void {
  exchange.dropBody()
  let refusal: unknown
  try {
    authenticate(gateway, exchange)
    refusal = notFound(exchange.method, path, (other) => rowFor(other, path) !== null)
  } catch (error) {
    refusal = error
  }
  exchange.respond(errorAnswer(refusal, newRequestId(), GEMINI))
}
