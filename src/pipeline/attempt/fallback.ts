/** Which targets are still worth asking after a failure. */
import type { Failure } from '../../core/failure.ts'
import type { Target } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { RequestTries } from './tries.ts'

/**
 * Takes out of a request's way what would fail as well, and returns whether a refusal of the request itself
 * may be followed by another target: a longer context for a prompt that is too long, and any other target for
 * a filtered prompt, if the model's definition says so.
 */
export function excludeTargets(
  tries: RequestTries,
  current: Target<UsableUpstream>,
  failed: Failure,
): boolean {
  const { plan, limits, definition } = tries
  const mayServe = (target: Target<UsableUpstream>): boolean => {
    if (limits.noFallback) return target === current
    if (failed.class === 'context') return isLonger(target, current)
    if (failed.class === 'filter') return target !== current
    return true
  }
  const excluded = plan.filter((target) => !mayServe(target))
  for (const target of excluded)
    for (const upstream of target.keys) tries.asked.push({ target, upstream })
  if (limits.noFallback) return false
  return failed.class === 'context' || (failed.class === 'filter' && !!definition?.fallbackOnFilter)
}

function isLonger(target: Target<UsableUpstream>, current: Target<UsableUpstream>): boolean {
  return target.contextTokens !== null && target.contextTokens > (current.contextTokens ?? 0)
}
