/** Whether to keep what a client gets of a stream: only if another upstream could go on with it. */
import type { RequestTries } from '../attempt/tries.ts'
import type { Services } from '../services.ts'

export function mayBeRescued(
  { rescue: { mode } }: Services,
  { plan, request, limits }: RequestTries,
): boolean {
  if (mode === 'off' || !request.stream) return false
  return limits.noFallback ? keysOf(plan.slice(0, 1)) > 1 : keysOf(plan) > 1
}

function keysOf(plan: RequestTries['plan']): number {
  return plan.reduce((count, { keys }) => count + keys.length, 0)
}
