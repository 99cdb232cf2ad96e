/** Cross-origin requests (Fetch standard, "CORS protocol"): which web pages may call the gateway. Off by default. */

/** Origins as browsers send them, e.g. `https://chat.example`, or `*` for all. */
export type AllowedOrigins = readonly string[]

type Headers = Record<string, string>
interface HeaderSource {
  get(name: string): string | null
}

/** How long browsers keep the answer to a preflight; Chromium keeps it for at most two hours. */
const PREFLIGHT_SECONDS = 7200
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS'
/** A header name is a token (RFC 9110, 5.1), and the list of them has a bound. */
const HEADER_LIST = /^[\w!#$%&'*+.^`|~, -]{0,2000}$/
const EXPOSED = [
  'x-request-id',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'x-ratelimit-limit-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset-requests',
  'x-ratelimit-reset-tokens',
  'x-gpt-proxy-upstream',
  'x-gpt-proxy-attempts',
  'x-gpt-proxy-losses',
  'x-gpt-proxy-quota-remaining',
].join(', ')

/**
 * The headers that let the page which asked read the reply; null if it is not allowed, or the client is not a page.
 * Credentials are never allowed: a proxy key is sent in a header, so no page needs the browser's cookies.
 */
export function corsHeaders(allowed: AllowedOrigins, request: HeaderSource): Headers | null {
  if (allowed.length === 0) return null
  const origin = request.get('origin')
  if (origin === null) return null
  if (allowed.includes('*'))
    return { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED }
  if (!allowed.includes(origin)) return null
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED,
    vary: 'origin',
  }
}

/** Headers of a preflight response in addition to `corsHeaders`. The page's own list of headers is allowed as it is. */
export function preflightHeaders(request: HeaderSource): Headers {
  const wanted = request.get('access-control-request-headers') ?? ''
  return {
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': HEADER_LIST.test(wanted) ? wanted : '',
    'access-control-max-age': String(PREFLIGHT_SECONDS),
    // Chromium asks this of pages in the open that call a private address.
    ...(request.get('access-control-request-private-network') === 'true' && {
      'access-control-allow-private-network': 'true',
    }),
  }
}
