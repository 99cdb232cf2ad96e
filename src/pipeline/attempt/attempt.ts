/** Stage 6: choose a target and a key, send, and maybe go on to the next, until one answers. */
import type { GatewayError } from '../../core/errors.ts'
import type { Failure } from '../../core/failure.ts'
import type { Candidate } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { isExtra, nextStep, shortPauseMs } from '../../upstreams/retry.ts'
import type { Services } from '../services.ts'
import { mayRetryFirst, quickPauseMs, secondRound } from './ask-again.ts'
import { admissionOf, breakerName, choose, standby } from './choose.ts'
import { excludeTargets } from './fallback.ts'
import { isHedged, race } from './hedge.ts'
import { blameSuspects, endWithoutVerdict, holdAgainst, recordAttempt } from './outcomes.ts'
import { clientClosed, clientErrorOf, noneAvailable, requestTooLong } from './refusals.ts'
import type { AttemptResult, Failed, SendResult } from './result.ts'
import { type Seat, takeSeat } from './seat.ts'
import { send as sendModelCall } from './send.ts'
import { type FailedTry, type RequestTries, requestLimitMs } from './tries.ts'

type UpstreamCandidate = Candidate<UsableUpstream>

/** How one attempt is made. */
export type SendAttempt = typeof sendModelCall

/** A second call continues where the same tries stopped. `tries.leave` releases the slots of an answer. */
export async function attempt(
  services: Services,
  tries: RequestTries,
  send: SendAttempt = sendModelCall,
): Promise<AttemptResult> {
  const { signal, arrivedMs } = tries.context
  services.retryBudget.earn()
  let candidate = choose(services, tries, null)
  // The rest of an answer, if only a key that failed before can give it.
  if (candidate === null && tries.tried.length > 0) candidate = await askAgain(services, tries)
  while (candidate !== null) {
    if (signal.aborted) return { kind: 'aborted' }
    if (performance.now() - arrivedMs >= requestLimitMs(tries, services.limits.requestMs))
      return { kind: 'failure', error: requestTooLong(services, tries) }
    tries.leave()
    const taking = takeSeat(services, tries, candidate)
    const seating = taking instanceof Promise ? await taking : taking
    if ('error' in seating)
      return { kind: 'failure', error: errorAfter(services, tries, seating.error) }
    tries.leave = seating.release
    if (signal.aborted) return { kind: 'aborted' }
    if (!claim(services, tries, seating)) {
      // Another thread has just sent the one request that a half-open breaker lets pass.
      candidate = choose(services, tries, null)
      continue
    }
    const sent = isHedged(services, tries, seating)
      ? await hedged(services, tries, seating, send)
      : await begin(services, tries, seating, send)
    const asked = tries.current ?? candidate
    if (isUntakeable(sent) && !signal.aborted) {
      endWithoutVerdict(services, tries, asked, sent.error)
      candidate = choose(services, tries, null)
      if (candidate === null)
        return { kind: 'failure', error: untakenError(services, tries, sent.error) }
      continue
    }
    const result = resultOf(services, tries, asked, sent)
    if (result !== null) return result
    const next = await nextCandidate(services, tries, asked, (sent as Failed).failure)
    if ('error' in next) return { kind: 'failure', error: next.error }
    candidate = next.candidate
  }
  return { kind: 'failure', error: noneAvailable(services, tries) }
}

function hedged(
  services: Services,
  tries: RequestTries,
  seat: Seat,
  send: SendAttempt,
): Promise<SendResult> {
  return race(services, tries, seat, (own, taken) => {
    if (taken !== seat) claim(services, tries, taken)
    return begin(services, own, taken, send)
  })
}

function claim({ health }: Services, tries: RequestTries, { candidate }: Seat): boolean {
  return health.claim(candidate.upstream.key, breakerName(tries, candidate))
}

function begin(
  services: Services,
  tries: RequestTries,
  { candidate }: Seat,
  send: SendAttempt,
): Promise<SendResult> {
  tries.asked.push(candidate)
  tries.current = candidate
  tries.sentMs = performance.now() - tries.context.arrivedMs
  const firstByteMs = firstByteLimit(services, tries, candidate)
  return send(services, tries, { candidate, firstByteMs })
}

/** The request can't be said in the target's format; another target may take it. */
function isUntakeable(sent: SendResult): sent is Extract<SendResult, { kind: 'ended' }> {
  return sent.kind === 'ended' && sent.error.code === 'invalid_request'
}

/** Why those failed that could take the request says more than that the rest can't. */
function untakenError(services: Services, tries: RequestTries, error: GatewayError) {
  const last = tries.tried.at(-1)
  if (last === undefined) return error
  tries.current = last.candidate
  return clientErrorOf(services, tries)
}

/** Null if it failed, and something else may be tried. */
function resultOf(
  services: Services,
  tries: RequestTries,
  candidate: UpstreamCandidate,
  sent: SendResult,
): AttemptResult | null {
  if (tries.context.signal.aborted) {
    endWithoutVerdict(services, tries, candidate, clientClosed())
    return { kind: 'aborted' }
  }
  if (sent.kind === 'ended') {
    endWithoutVerdict(services, tries, candidate, sent.error)
    return { kind: 'failure', error: sent.error }
  }
  if (sent.kind === 'failed') {
    recordAttempt(tries, candidate, sent.failure, sent.used)
    return null
  }
  recordAttempt(tries, candidate, null)
  blameSuspects(services, tries)
  return sent
}

/** What has failed before says more than that the rest is full. */
function errorAfter(services: Services, tries: RequestTries, error: GatewayError) {
  return tries.failures.length === 0 ? error : clientErrorOf(services, tries)
}

type Next = { candidate: UpstreamCandidate | null } | { error: ReturnType<typeof clientErrorOf> }

/** What is tried after a failure, once it may be; an error if nothing is. */
async function nextCandidate(
  services: Services,
  tries: RequestTries,
  candidate: UpstreamCandidate,
  failed: Failure,
): Promise<Next> {
  const { health, resendOnReset } = services
  tries.failures = [...tries.failures, failed]
  tries.tried = [...tries.tried, { candidate, failed }]
  // Each key may have an idle connection that the upstream was just closing, which says nothing about its health.
  tries.fresh = failed.reset && resendOnReset && !tries.fresh
  if (tries.fresh) {
    health.released(candidate.upstream.key, breakerName(tries, candidate))
    return { candidate }
  }
  holdAgainst(services, tries, candidate, failed)
  const fallback = excludeTargets(tries, candidate.target, failed)
  const other = choose(services, tries, candidate)
  const next = nextStep({
    failures: tries.failures,
    other: other !== null,
    fallback,
    resendOnReset,
    askedAgain: tries.askedAgain,
    random: services.random(),
  })
  if (next.go === 'other')
    return otherOrSame(services, tries, { candidate, failed, other: other as UpstreamCandidate })
  const again = await askAgain(services, tries)
  if (again !== null) return { candidate: again }
  // A breaker that this failure opened is not passed by waiting a moment.
  const isOpen = failed.class !== 'rate' && admissionOf(services, tries, candidate) === 'deny'
  if (next.go === 'stop' || isOpen || !services.retryBudget.spend())
    return { error: clientErrorOf(services, tries) }
  tries.askedAgain = true
  await pause(next.waitMs, tries)
  return { candidate }
}

async function otherOrSame(
  services: Services,
  tries: RequestTries,
  situation: FailedTry & { other: UpstreamCandidate },
): Promise<Next> {
  if (mayRetryFirst(services, tries, situation) && services.retryBudget.spend()) {
    tries.askedAgain = true
    await pause(quickPauseMs(services.random()), tries)
    return { candidate: situation.candidate }
  }
  return isExtra(tries.failures) && !services.retryBudget.spend()
    ? { error: clientErrorOf(services, tries) }
    : { candidate: situation.other }
}

/** Waits a moment; null if no key may be asked again. */
async function askAgain(
  services: Services,
  tries: RequestTries,
): Promise<UpstreamCandidate | null> {
  const again = secondRound(services, tries)
  if (again === null || !services.retryBudget.spend()) return null
  await pause(shortPauseMs(services.random()), tries)
  return again
}

/** Shorter for a stream that another target could serve; the last one gets all the time there is. */
function firstByteLimit(
  services: Services,
  tries: RequestTries,
  current: UpstreamCandidate,
): number {
  const { firstByteMs, standbyFirstByteMs } = services.limits
  const { plan, request, definition } = tries
  if (!request.stream || plan.length < 2 || standby(services, tries, current) === null)
    return firstByteMs
  // A hedged target is not given up when the other one is asked as well.
  const ownMs = definition?.firstTokenAction === 'hedge' ? null : definition?.firstTokenMs
  return Math.min(ownMs ?? standbyFirstByteMs, firstByteMs)
}

/** Waits, but no longer than the client does. */
async function pause(waitMs: number, tries: RequestTries): Promise<void> {
  const { signal } = tries.context
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const sinceMs = performance.now()
  const timer = setTimeout(resolve, waitMs)
  signal.listen(resolve)
  await over
  signal.unlisten(resolve)
  clearTimeout(timer)
  tries.waitMs += performance.now() - sinceMs
}
