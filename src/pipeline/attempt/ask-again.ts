/** Asking a key a second time: most faults of servers are gone a moment later. */
import { type FailureClass, isAboutRequest, isSuspicion } from '../../core/failure.ts'
import type { Candidate } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { isSpent } from '../../upstreams/retry.ts'
import type { Services } from '../services.ts'
import { admissionOf } from './choose.ts'
import type { FailedTry, RequestTries } from './tries.ts'

type UpstreamCandidate = Candidate<UsableUpstream>

/** How often one key may be asked for one request, and how often if it was silent. */
const MAX_TIMES = 3
const MAX_TIMES_SILENT = 2
const PASSING: ReadonlySet<FailureClass> = new Set(['connect', 'server'])

/**
 * What to ask again after every key has failed: the one whose fault of the server is the longest ago, the last one only
 * if no other may be asked, and one that was silent last of all. Null for a request that only one key could serve,
 * because retry.ts has the rules for that.
 */
export function secondRound(services: Services, tries: RequestTries): UpstreamCandidate | null {
  const { plan, tried, failures, limits } = tries
  const last = tried.at(-1)
  const isAlone = plan.reduce((count, { keys }) => count + keys.length, 0) < 2
  if (last === undefined || isAlone || limits.noFallback || isSpent(failures)) return null
  if (isAboutRequest(last.failed) || isSuspicion(last.failed)) return null
  const passing = tried.filter(
    ({ candidate, failed }) =>
      PASSING.has(failed.class) && mayAskAgain(services, tries, candidate, MAX_TIMES),
  )
  const other = passing.find(({ candidate }) => !isSame(candidate, last.candidate))
  const silent = ({ candidate, failed }: FailedTry) =>
    failed.class === 'timeout' && mayAskAgain(services, tries, candidate, MAX_TIMES_SILENT)
  return (other ?? passing[0] ?? tried.find(silent))?.candidate ?? null
}

/**
 * Whether the key that just failed is asked again before `other`: a standby of another model answers in another way,
 * so its turn comes only if a second attempt fails as well.
 */
export function mayRetryFirst(
  services: Services,
  tries: RequestTries,
  { candidate, failed, other }: FailedTry & { other: UpstreamCandidate },
): boolean {
  return (
    services.sameTargetRetry &&
    !tries.askedAgain &&
    PASSING.has(failed.class) &&
    (!failed.reset || services.resendOnReset) &&
    other.target.model !== candidate.target.model &&
    mayAskAgain(services, tries, candidate, 2)
  )
}

/** Milliseconds before that attempt: less than before others, because the standby could answer at once. */
export function quickPauseMs(random: number): number {
  return 50 + random * 200
}

function mayAskAgain(
  services: Services,
  tries: RequestTries,
  candidate: UpstreamCandidate,
  times: number,
): boolean {
  const { tried, unreachable } = tries
  return (
    tried.filter((one) => isSame(one.candidate, candidate)).length < times &&
    !unreachable.includes(candidate.upstream.key.baseUrl) &&
    admissionOf(services, tries, candidate) !== 'deny'
  )
}

function isSame(one: UpstreamCandidate, other: UpstreamCandidate): boolean {
  return one.upstream.key.id === other.upstream.key.id && one.target.model === other.target.model
}
