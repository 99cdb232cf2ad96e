/** Which targets are still worth asking after a failure. */
import { type Failure, failure } from '../../core/failure.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { type Target, wasAsked } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { SendResult } from './result.ts'
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

/** For an answer that a filter emptied: true if the operator wants another target to be asked, and one is left. */
export function mayFollowFilter(tries: RequestTries): boolean {
  const { plan, current, definition, limits } = tries
  if (definition?.fallbackOnFilter !== true || limits.noFallback) return false
  return plan.some(
    (target) =>
      target !== current?.target &&
      target.keys.some((upstream) => !wasAsked(tries, { target, upstream })),
  )
}

/** Whether a key was not asked yet that may be. */
export function isAnotherLeft(tries: RequestTries): boolean {
  const { plan, current, limits } = tries
  const targets = limits.noFallback ? plan.filter((target) => target === current?.target) : plan
  return targets.some((target) =>
    target.keys.some((upstream) => !wasAsked(tries, { target, upstream })),
  )
}

/** The vendor charges for it all the same. */
export function filtered(used: TokenUsage | null): SendResult {
  const detail = "the vendor's content filter left nothing of the answer"
  return { kind: 'failed', failure: failure('filter', detail, { status: 200 }), said: '', used }
}

function isLonger(target: Target<UsableUpstream>, current: Target<UsableUpstream>): boolean {
  return target.contextTokens !== null && target.contextTokens > (current.contextTokens ?? 0)
}
