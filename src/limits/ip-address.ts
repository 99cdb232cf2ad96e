/** IP addresses and ranges, read by ipaddr.js; an IPv4 address and the same one mapped into IPv6 are one. */
import ipaddr from 'ipaddr.js'

export type Address = ipaddr.IPv4 | ipaddr.IPv6

/** The first 64 bits are what one client is given. */
const CLIENT_GROUPS = 4

/** Null if it is none. Only the usual form of IPv4: some readers take others for octal or whole numbers. */
export function parseAddress(text: string): Address | null {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return null
  return ipaddr.process(text)
}

/** `10.0.0.0/8`, `fd00::/8` or an address alone, as it was written; null if it is neither. */
export function readCidr(text: string): string | null {
  if (!text.includes('/')) return parseAddress(text) === null ? null : text
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || ipaddr.IPv6.isValidCIDR(text) ? text : null
}

/** One name for each client: IPv4 as it is, IPv6 by its /64. */
export function groupName(address: Address): string {
  if (address instanceof ipaddr.IPv4) return address.toString()
  const network = address.parts.slice(0, CLIENT_GROUPS).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}
