/** Stage 6: choose a target and a key, send, and maybe go on to the next, until one answers. */
import type { GatewayError } from '../../core/errors.ts'
import { type Failure, isSuspicion } from '../../core/failure.ts'
import { type Admission, chooseCandidate } from '../../routing/choose-candidate.ts'
import { type Candidate, wasAsked } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { costlyAfter, nextStep } from '../../upstreams/retry.ts'
import { latencyName } from '../latency-name.ts'
import type { Services } from '../services.ts'
import { excludeTargets } from './fallback.ts'
import { shownLoss } from './losses.ts'
import { clientClosed, clientErrorOf, noneAvailable, requestTooLong } from './refusals.ts'
import type { AttemptResult, Sent } from './result.ts'
import { type SendOptions, send as sendModelCall } from './send.ts'
import { type RequestTries, requestLimitMs } from './tries.ts'

type UpstreamCandidate = Candidate<UsableUpstream>

/** How one attempt is made. */
export type SendAttempt = typeof sendModelCall

/** Goes on where the same tries stopped, if it is called again. */
export async function attempt(
  services: Services,
  tries: RequestTries,
  send: SendAttempt = sendModelCall,
): Promise<AttemptResult> {
  const { signal, arrivedMs } = tries.context
  services.retryBudget.earn()
  let candidate = choose(services, tries, null)
  while (candidate !== null) {
    if (signal.aborted) return { kind: 'aborted' }
    if (performance.now() - arrivedMs >= requestLimitMs(tries, services.limits.requestMs))
      return { kind: 'failure', error: requestTooLong(services, tries) }
    services.health.claim(candidate.upstream.key, candidate.target.model)
    tries.asked.push(candidate)
    tries.current = candidate
    const firstByteMs = firstByteLimit(services, tries, candidate)
    const options = { candidate, firstByteMs }
    const sent = await timed(services, tries, options, send)
    if (signal.aborted) {
      endWithoutVerdict(services, tries, candidate, clientClosed())
      return { kind: 'aborted' }
    }
    if (sent.kind === 'ended') {
      endWithoutVerdict(services, tries, candidate, sent.error)
      return { kind: 'failure', error: sent.error }
    }
    recordAttempt(tries, candidate, sent.kind === 'failed' ? sent.failure : null)
    if (sent.kind === 'response') {
      blameSuspects(services, tries)
      return sent
    }
    const next = await nextCandidate(services, tries, candidate, sent.failure)
    if ('error' in next) return { kind: 'failure', error: next.error }
    candidate = next.candidate
  }
  return { kind: 'failure', error: noneAvailable(services, tries) }
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
  const { upstream, target } = candidate
  tries.failures.push(failed)
  tries.costly = costlyAfter(tries.costly, failed)
  tries.fresh = failed.reset && resendOnReset && !tries.resent
  // An idle connection that the upstream was just closing says nothing about its health.
  if (tries.fresh) {
    tries.resent = true
    health.released(upstream.key, target.model)
    return { candidate }
  }
  holdAgainst(services, tries, candidate, failed)
  const fallback = excludeTargets(tries, candidate.target, failed)
  const other = choose(services, tries, candidate)
  const next = nextStep({
    failures: tries.failures,
    costly: tries.costly,
    other: other !== null,
    fallback,
    resendOnReset,
    askedAgain: tries.askedAgain,
    random: services.random(),
  })
  if (next.go === 'other') return { candidate: other }
  // A breaker that this failure opened is not passed by waiting a moment.
  const isOpen = failed.class !== 'rate' && admissionOf(services, candidate) === 'deny'
  if (next.go === 'stop' || isOpen || !services.retryBudget.spend())
    return { error: clientErrorOf(services, tries) }
  tries.askedAgain = true
  await pause(next.waitMs, tries)
  return { candidate }
}

/** Tells the health of the key what happened, and the rest of this request where not to go. */
function holdAgainst(
  services: Services,
  tries: RequestTries,
  { upstream, target }: UpstreamCandidate,
  failed: Failure,
): void {
  const { key } = upstream
  const { model, text } = tries.request
  const isSuspect = isSuspicion(failed)
  const request = isSuspect ? services.sha256Hex(`${model}\n${text ?? ''}`) : ''
  services.health.failed(key, target.model, { failed, request, mayMark: !tries.marked })
  if (failed.scope === 'key') tries.marked = true
  if (failed.scope === 'host') tries.unreachable.push(key.baseUrl)
  if (isSuspect) tries.suspects.push({ key, model: target.model, failed })
}

/** What one key answered, those that refused it without naming a reason could have answered, too. */
function blameSuspects({ health }: Services, tries: RequestTries): void {
  for (const { key, model, failed } of tries.suspects) health.blamed(key, model, failed)
  tries.suspects = []
}

function choose(
  services: Services,
  tries: RequestTries,
  previous: UpstreamCandidate | null,
): UpstreamCandidate | null {
  return chooseCandidate({
    plan: tries.plan,
    tries,
    previous,
    admissionOf: (candidate) => admissionOf(services, candidate),
    random: services.random(),
  })
}

function admissionOf({ health }: Services, { upstream, target }: UpstreamCandidate): Admission {
  return health.admission(upstream.key, target.model)
}

/** Measures how soon a target answers, for the strategy that prefers the fastest. */
async function timed(
  services: Services,
  tries: RequestTries,
  options: SendOptions,
  send: SendAttempt,
): Promise<Sent> {
  const { latencies } = services
  const name = latencyName(options.candidate.target)
  const startedMs = performance.now()
  latencies.started(name)
  let tookMs: number | null = null
  try {
    const sent = await send(services, tries, options)
    if (sent.kind === 'response') tookMs = performance.now() - startedMs
    return sent
  } finally {
    latencies.ended(name, tookMs)
  }
}

/** Shorter for a stream that another target could serve; the last one gets all the time there is. */
function firstByteLimit(
  services: Services,
  tries: RequestTries,
  current: UpstreamCandidate,
): number {
  const { plan, request, unreachable, definition } = tries
  const { firstByteMs } = services.limits
  const standbyFirstByteMs = definition?.firstTokenMs ?? services.limits.standbyFirstByteMs
  if (!request.stream || plan.length < 2) return firstByteMs
  const isReady = (candidate: UpstreamCandidate) =>
    !wasAsked(tries, candidate) &&
    !unreachable.includes(candidate.upstream.key.baseUrl) &&
    admissionOf(services, candidate) === 'allow'
  const others = plan.filter((target) => target !== current.target)
  const hasStandby = others.some((target) =>
    target.keys.some((upstream) => isReady({ target, upstream })),
  )
  return hasStandby ? Math.min(standbyFirstByteMs, firstByteMs) : firstByteMs
}

function recordAttempt(
  tries: RequestTries,
  { upstream }: UpstreamCandidate,
  failed: Failure | null,
): void {
  tries.attempts.push({
    upstreamKeyId: upstream.key.id,
    upstream: upstream.key.name,
    status: failed === null ? 200 : failed.status,
    failure: failed === null ? null : `${failed.class}: ${failed.detail}`,
    ambiguous: failed?.ambiguous ?? false,
    ...(tries.losses.length > 0 && { losses: tries.losses.map(shownLoss) }),
  })
}

/** A client that goes away, and what the gateway ends by itself, say nothing about the key. */
function endWithoutVerdict(
  { health }: Services,
  tries: RequestTries,
  { upstream, target }: UpstreamCandidate,
  error: GatewayError,
): void {
  health.released(upstream.key, target.model)
  tries.attempts.push({
    upstreamKeyId: upstream.key.id,
    upstream: upstream.key.name,
    status: null,
    failure: error.message,
    ambiguous: error.code !== 'no_available_upstream',
  })
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
