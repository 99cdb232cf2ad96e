/** After everything has failed once: most faults of servers are gone a moment later. */
import type { FailureClass } from '../../core/failure.ts'
import type { Candidate } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { MAX_ATTEMPTS } from '../../upstreams/retry.ts'
import type { Services } from '../services.ts'
import type { RequestTries, Tried } from './tries.ts'

/** How often one key is asked for one request, and the only one that is left. */
const MAX_TIMES = 2
const MAX_TIMES_ALONE = 3

/**
 * What is asked again: of those that failed by a fault of the server, the one whose failure is the longest ago; if the
 * others are out of order, the last one itself. Null for a request that only one key could serve: its rules are in retry.ts.
 */
export function secondRound(
  { health }: Services,
  { plan, tried, costly, unreachable, limits }: RequestTries,
): Candidate<UsableUpstream> | null {
  const last = tried.at(-1)
  const isAlone = plan.reduce((count, { keys }) => count + keys.length, 0) < 2
  if (last === undefined || isAlone || costly >= MAX_ATTEMPTS || limits.noFallback) return null
  const mayBeAsked = ({ candidate, failed }: Tried, times: number) =>
    PASSING.has(failed.class) &&
    tried.filter((one) => isSame(one.candidate, candidate)).length < times &&
    !unreachable.includes(candidate.upstream.key.baseUrl) &&
    health.admission(candidate.upstream.key, candidate.target.model) !== 'deny'
  if (!PASSING.has(last.failed.class) && last.failed.class !== 'timeout') return null
  const other = tried.find(
    (one) => !isSame(one.candidate, last.candidate) && mayBeAsked(one, MAX_TIMES),
  )
  if (other !== undefined) return other.candidate
  return mayBeAsked(last, MAX_TIMES_ALONE) ? last.candidate : null
}

/** A silent upstream would be silent again. */
const PASSING: ReadonlySet<FailureClass> = new Set(['connect', 'server'])

function isSame(one: Candidate<UsableUpstream>, other: Candidate<UsableUpstream>): boolean {
  return one.upstream.key.id === other.upstream.key.id && one.target.model === other.target.model
}
