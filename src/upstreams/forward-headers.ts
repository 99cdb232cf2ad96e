/** Which headers of a client reach the upstream: those that the operator names, and never these. */

import type { HeaderSource } from '../core/headers.ts'
import { HOPS_HEADER, passedHops, SENDABLE } from '../core/hops.ts'

/** Keys, whose client it is, and what concerns the connection or the body, which is the gateway's own. */
const NEVER = new Set([
  'authorization',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'cookie',
  'host',
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'content-length',
  'content-type',
  'content-encoding',
  'accept-encoding',
  'forwarded',
  'x-forwarded-for',
  'x-real-ip',
  'user-agent',
])
/** And the gateways that it passed. Null if there are none. `names` are in lower case. */
export function forwardedHeaders(
  names: readonly string[],
  client: HeaderSource,
): Record<string, string> | null {
  const hops = passedHops(client)
  let found: Record<string, string> | null = hops === null ? null : { [HOPS_HEADER]: hops }
  for (const name of names) {
    if (NEVER.has(name) || name === HOPS_HEADER) continue
    const value = client.get(name)
    if (value === null || !SENDABLE.test(value)) continue
    found ??= {}
    found[name] = value
  }
  return found
}
