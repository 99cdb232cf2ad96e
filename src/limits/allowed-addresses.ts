/** Restricts a proxy key to client networks. */
import proxyaddr from 'proxy-addr'
import type { IpAddress } from './ip-address.ts'

type Matches = (address: string, hop: number) => boolean

/** Compiled once per list, which lives as long as its directory snapshot. */
const compiled = new WeakMap<readonly string[], Matches>()

/** A malformed list allows no address, because it was written by hand to restrict the key. */
export function isAllowedFrom(networks: readonly string[], address: IpAddress | null): boolean {
  if (address === null) return false
  let matches = compiled.get(networks)
  if (matches === undefined) {
    matches = compile(networks)
    compiled.set(networks, matches)
  }
  return matches(address.toString(), 0)
}

function compile(networks: readonly string[]): Matches {
  try {
    return proxyaddr.compile([...networks])
  } catch {
    return () => false
  }
}
