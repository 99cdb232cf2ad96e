/** From where a proxy key may be used. */
import proxyaddr from 'proxy-addr'
import type { Address } from './ip-address.ts'

type Matches = (address: string, hop: number) => boolean

/** Compiled once for each list, which lives as long as the directory's reading. */
const compiled = new WeakMap<readonly string[], Matches>()

/** Nobody may, where a list can't be read: somebody wrote it by hand, and meant to limit the key. */
export function isAllowedFrom(networks: readonly string[], address: Address | null): boolean {
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
