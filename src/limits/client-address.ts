/** Determines the client's address: the socket's peer, or what trusted proxies report. */
import proxyaddr from 'proxy-addr'
import { BoundedMap } from '../core/bounded-map.ts'
import { groupName, type IpAddress, parseAddress } from './ip-address.ts'

/** Whether an address is a proxy whose `X-Forwarded-For` is trusted. */
export type Trust = (address: string) => boolean

/** Clients with an unreadable address share one set of limits. */
const UNKNOWN = 'unknown'
const NO_ADDRESSES: readonly string[] = []

/** `cidrs` as `readCidr` returns them. */
export function trustOf(cidrs: readonly string[]): Trust {
  const trusts = proxyaddr.compile([...cidrs])
  return (address) => trusts(address, 0)
}

/**
 * Each proxy appends its peer to `X-Forwarded-For`; entries that a trusted proxy did not write may be forged. So
 * the header is read from the right up to the first untrusted address. At an entry that is not an address,
 * reading stops and the proxy that passed it on counts as the client.
 */
export function clientAddress(
  peer: string | null,
  forwardedFor: string | null,
  trusts: Trust,
): string {
  const client = readClientAddress(peer, forwardedFor, trusts)
  return client === null ? UNKNOWN : groupName(client)
}

/** Like `clientAddress`, but the whole address; null if it can't be read. */
export function readClientAddress(
  peer: string | null,
  forwardedFor: string | null,
  trusts: Trust,
): IpAddress | null {
  const client = peer === null ? null : parseAddress(peer)
  if (client === null || peer === null) return null
  const hops = forwardedFor === null ? NO_ADDRESSES : heardBy(peer, forwardedFor, trusts)
  return lastReadable(hops) ?? client
}

/** The hops from the socket's peer to the first untrusted one. */
function heardBy(peer: string, forwardedFor: string, trusts: Trust): readonly string[] {
  const entries = forwardedFor.split(',').map((entry) => withoutPort(entry.trim()))
  const request = {
    socket: { remoteAddress: peer },
    headers: { 'x-forwarded-for': entries.join(',') },
  }
  return proxyaddr.all(request as unknown as Parameters<typeof proxyaddr.all>[0], trusts)
}

/** Only the last hop can be unreadable, because an invalid address is never trusted. */
function lastReadable(hops: readonly string[]): IpAddress | null {
  const last = parseAddress(hops.at(-1) ?? '')
  return last ?? parseAddress(hops.at(-2) ?? '')
}

/** Some proxies add the port: `1.2.3.4:5678`, `[2001:db8::1]:5678`. */
function withoutPort(entry: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(entry)
  if (bracketed) return bracketed[1] ?? ''
  const unported = /^([\d.]+):\d{1,5}$/.exec(entry)?.[1] ?? entry
  // An empty entry would be skipped.
  return unported === '' ? UNKNOWN : unported
}

interface Peer {
  peer(): string | null
  headers: { get(name: string): string | null }
}

/** Clients control the header's length and can vary it in each request. */
const MAX_REMEMBERED_LENGTH = 100
const MAX_REMEMBERED = 10_000

/**
 * Reads client addresses with a cache: parsing costs more than all limit checks, and few clients send most
 * requests.
 */
export function createAddressReader(trustedProxies: readonly string[]): (peer: Peer) => string {
  const trusts = trustOf(trustedProxies)
  const known = new BoundedMap<string | null, string>(MAX_REMEMBERED)
  return (client) => {
    const heard = client.peer()
    const forwarded = trustedProxies.length === 0 ? null : client.headers.get('x-forwarded-for')
    const name = forwarded === null ? heard : `${heard}\n${forwarded}`
    const before = known.get(name)
    if (before !== undefined) return before
    const address = clientAddress(heard, forwarded, trusts)
    if (forwarded === null || forwarded.length <= MAX_REMEMBERED_LENGTH) known.set(name, address)
    return address
  }
}
