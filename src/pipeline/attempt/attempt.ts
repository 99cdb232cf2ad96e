/** Stage 5: choose a key, ask its breaker, send, and maybe go on to the next, until one answers. */
import type { GatewayError } from '../../core/errors.ts'
import type { Failure } from '../../core/failure.ts'
import { chooseKey } from '../../routing/choose-key.ts'
import { type Candidate, candidateId } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { nextStep } from '../../upstreams/retry.ts'
import type { Services } from '../services.ts'
import { clientClosed, clientErrorOf, noneAvailable, requestTooLong } from './refusals.ts'
import type { AttemptResult } from './result.ts'
import { send as sendModelCall } from './send.ts'
import type { RequestTries } from './tries.ts'

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
    if (performance.now() - arrivedMs >= services.limits.requestMs)
      return { kind: 'failure', error: requestTooLong(services) }
    services.pool.claim(candidate.upstream.key.id)
    tries.asked.add(candidateId(candidate))
    tries.current = candidate
    const sent = await send(services, tries, candidate)
    if (signal.aborted) {
      endWithoutVerdict(services, tries, candidate, clientClosed())
      return { kind: 'aborted' }
    }
    if (sent.kind === 'ended') {
      endWithoutVerdict(services, tries, candidate, sent.error)
      return { kind: 'failure', error: sent.error }
    }
    recordAttempt(tries, candidate, sent.kind === 'failed' ? sent.failure : null)
    if (sent.kind === 'response') return sent
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
  const { pool, resendOnReset } = services
  const { id, name } = candidate.upstream.key
  tries.failures.push(failed)
  tries.fresh = failed.reset && resendOnReset && !tries.resent
  // An idle connection that the upstream was just closing says nothing about its health.
  if (tries.fresh) {
    tries.resent = true
    pool.released(id)
    return { candidate }
  }
  pool.failed(id, name, failed)
  const other = choose(services, tries, candidate.upstream)
  const next = nextStep({
    failed,
    attempts: tries.attempts.length,
    otherKey: other !== null,
    resendOnReset,
    askedAgain: tries.askedAgain,
    random: services.random(),
  })
  // A breaker that this failure opened is not passed by waiting a moment.
  const open = failed.class !== 'rate' && !pool.isUsable(id)
  const stops = next.go === 'stop' || (next.go === 'same' && open)
  if (stops || !services.retryBudget.spend()) return { error: clientErrorOf(services, tries) }
  if (next.go === 'other') return { candidate: other }
  tries.askedAgain = true
  await pause(next.waitMs, tries)
  return { candidate }
}

/** A weighted choice among the untried keys whose breaker admits them. */
function choose(
  { pool, random }: Services,
  { plan, asked }: RequestTries,
  previous: UsableUpstream | null,
): UpstreamCandidate | null {
  const usable: UpstreamCandidate[] = []
  for (const target of plan) {
    for (const upstream of target.keys) {
      if (!pool.isUsable(upstream.key.id)) continue
      const candidate = { target, upstream }
      if (asked.size === 0 || !asked.has(candidateId(candidate))) usable.push(candidate)
    }
  }
  if (usable.length <= 1) return usable[0] ?? null
  const keys = usable.map(({ upstream }) => upstream.key)
  const chosen = chooseKey(keys, previous?.key ?? null, random())
  return usable.find(({ upstream }) => upstream.key === chosen) ?? null
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
  })
}

/** A client that goes away, and what the gateway ends by itself, say nothing about the key. */
function endWithoutVerdict(
  { pool }: Services,
  tries: RequestTries,
  { upstream }: UpstreamCandidate,
  error: GatewayError,
): void {
  pool.released(upstream.key.id)
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
