/** Names a target among all, for what is measured of it: one model at one host. */
import type { Target } from '../routing/plan.ts'
import type { UsableUpstream } from '../upstreams/directory.ts'

export function latencyName({ keys, model }: Target<UsableUpstream>): string {
  return `${keys[0]?.key.baseUrl} ${model}`
}
