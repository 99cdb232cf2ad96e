/** Whether a change comes from our own pages, and not from another site in the same browser. */
import type { HeaderSource } from '../../core/headers.ts'
import type { Visit } from './visit.ts'

/**
 * Browsers say where a request comes from in `Sec-Fetch-Site`, which no page can set; over plain HTTP
 * they leave it out, and `Origin` has to name the host that the request went to. A client that sends
 * neither is not a browser, and has to use a key instead of a cookie.
 */
export function isSameOrigin(headers: HeaderSource, visit: Visit): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = headers.get('origin')
  if (origin === null) return false
  const given = URL.parse(origin)
  if (given === null || !/^https?:$/.test(given.protocol)) return false
  const host = headers.get('host')
  return [visit.publicUrl, host === null ? null : `${given.protocol}//${host}`].some(
    (allowed) => allowed !== null && URL.parse(allowed)?.host === given.host,
  )
}
