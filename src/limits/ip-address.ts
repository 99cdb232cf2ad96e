/** IP addresses and ranges, parsed by ipaddr.js; an IPv4 address equals its IPv4-mapped IPv6 form. */
import ipaddr from 'ipaddr.js'

export type IpAddress = ipaddr.IPv4 | ipaddr.IPv6

/** One client is usually assigned a whole /64. */
const CLIENT_GROUPS = 4

/** Null if invalid. Only dotted-decimal IPv4: some parsers accept octal or integer forms. */
export function parseAddress(text: string): IpAddress | null {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return null
  return ipaddr.process(text)
}

/** `10.0.0.0/8`, `fd00::/8` or a single address, returned as written; null if it is neither. */
export function readCidr(text: string): string | null {
  if (!text.includes('/')) return parseAddress(text) === null ? null : text
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || ipaddr.IPv6.isValidCIDR(text) ? text : null
}

/** One name per client: the whole IPv4 address, or the /64 of an IPv6 address. */
export function groupName(address: IpAddress): string {
  if (address instanceof ipaddr.IPv4) return address.toString()
  const network = address.parts.slice(0, CLIENT_GROUPS).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}
