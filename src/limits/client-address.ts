/** Whose request it is by address: the socket's other end, or what trusted proxies say of it. */
import { type Address, type Cidr, groupName, lies, parseAddress } from './ip-address.ts'

/** Who has no address that could be read shares one set of limits with all others of that kind. */
const UNKNOWN = 'unknown'

/**
 * `X-Forwarded-For` is written from left to right, each proxy naming whom it heard; all but what
 * trusted ones wrote may be invented. So it is read from the right, up to the first address that is
 * not trusted. What can't be read ends it: then the proxy that passed it on is the client.
 */
export function clientAddress(
  peer: string | null,
  forwardedFor: string | null,
  trusted: readonly Cidr[],
): string {
  let client = peer === null ? null : parseAddress(peer)
  if (client === null) return UNKNOWN
  let end = forwardedFor === null ? -1 : forwardedFor.length
  while (end >= 0 && forwardedFor !== null && isTrusted(client, trusted)) {
    const comma = end === 0 ? -1 : forwardedFor.lastIndexOf(',', end - 1)
    const named = parseEntry(forwardedFor.slice(comma + 1, end).trim())
    if (named === null) break
    client = named
    end = comma
  }
  return groupName(client)
}

function isTrusted(address: Address, trusted: readonly Cidr[]): boolean {
  for (const cidr of trusted) {
    if (lies(address, cidr)) return true
  }
  return false
}

/** Some proxies add the port: `1.2.3.4:5678`, `[2001:db8::1]:5678`. */
function parseEntry(entry: string): Address | null {
  const bracketed = /^\[([^\]]*)\](:\d{1,5})?$/.exec(entry)
  if (bracketed) return parseAddress(bracketed[1] ?? '')
  const withPort = /^([\d.]+):\d{1,5}$/.exec(entry)
  return parseAddress(withPort?.[1] ?? entry)
}
