/** Reads IP addresses and CIDRs; an IPv4 address and the same one mapped into IPv6 are one. */

/** Eight groups of 16 bits; IPv4 stands mapped in the last two. */
export type Address = readonly number[]

export interface Cidr {
  address: Address
  /** Bits that have to agree, of 128. */
  bits: number
}

const MAPPED = [0, 0, 0, 0, 0, 0xffff]
const MAPPED_BITS = 96
/** The longest form there is, with room for a zone. */
const LONGEST = 64

/** Null where it is none. */
export function parseAddress(text: string): Address | null {
  if (text.length > LONGEST) return null
  if (!text.includes(':')) return parseV4(text)
  const zone = text.indexOf('%')
  return parseV6(zone < 0 ? text : text.slice(0, zone))
}

/** `10.0.0.0/8`, `fd00::/8`, or an address alone. */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/')
  const name = slash < 0 ? text : text.slice(0, slash)
  const address = parseAddress(name)
  if (address === null) return null
  if (slash < 0) return { address, bits: 128 }
  const given = text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(given)) return null
  const bits = Number(given) + (name.includes(':') ? 0 : MAPPED_BITS)
  return bits <= 128 ? { address, bits } : null
}

export function lies(address: Address, { address: network, bits }: Cidr): boolean {
  for (let group = 0, left = bits; left > 0; group++, left -= 16) {
    const differing = (address[group] ?? 0) ^ (network[group] ?? 0)
    if (left >= 16 ? differing !== 0 : differing >> (16 - left) !== 0) return false
  }
  return true
}

/** One name for each client: IPv4 as it is, IPv6 by its /64, because that is what one client is given. */
export function groupName(address: Address): string {
  if (MAPPED.every((group, at) => address[at] === group)) {
    const [high = 0, low = 0] = address.slice(6)
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  }
  const network = address.slice(0, 4).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}

function parseV4(text: string): Address | null {
  const bytes = v4Bytes(text)
  if (bytes === null) return null
  const [a = 0, b = 0, c = 0, d = 0] = bytes
  return [...MAPPED, a * 256 + b, c * 256 + d]
}

/** A leading zero is refused: some read it as octal. */
function v4Bytes(text: string): number[] | null {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  const bytes = parts.map((part) => (/^(0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256))
  return bytes.every((byte) => byte < 256) ? bytes : null
}

function parseV6(text: string): Address | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const head = groupsOf(halves[0] ?? '')
  if (head === null) return null
  if (halves.length === 1) return head.length === 8 ? head : null
  const tail = groupsOf(halves[1] ?? '')
  if (tail === null || head.length + tail.length > 7) return null
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

/** The last one may be an IPv4 address, which is two groups. */
function groupsOf(text: string): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [at, part] of parts.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const bytes = at === parts.length - 1 ? v4Bytes(part) : null
    if (bytes === null) return null
    const [a = 0, b = 0, c = 0, d = 0] = bytes
    groups.push(a * 256 + b, c * 256 + d)
  }
  return groups
}
