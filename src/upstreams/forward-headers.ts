/** Which headers of a client reach the upstream: those that the operator names, and never these. */

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
/** Others would be cut to bytes in another way than they came. */
const SENDABLE = /^[\t\x20-\x7e]+$/

/** Null if there are none. `names` are in lower case. */
export function forwardedHeaders(
  names: readonly string[],
  client: { get(name: string): string | null },
): Record<string, string> | null {
  let found: Record<string, string> | null = null
  for (const name of names) {
    if (NEVER.has(name)) continue
    const value = client.get(name)
    if (value === null || !SENDABLE.test(value)) continue
    found ??= {}
    found[name] = value
  }
  return found
}
