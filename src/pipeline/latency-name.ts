/** Names a target among all, for what is measured of it: one model at one host. */
import type { Target } from '../routing/plan.ts'
import type { UsableUpstream } from '../upstreams/directory.ts'

/** Targets live as long as the directory that they are read from. */
const names = new WeakMap<Target<UsableUpstream>, string>()

export function latencyName(target: Target<UsableUpstream>): string {
  const known = names.get(target)
  if (known !== undefined) return known
  const name = `${target.keys[0]?.key.baseUrl} ${target.model}`
  names.set(target, name)
  return name
}
