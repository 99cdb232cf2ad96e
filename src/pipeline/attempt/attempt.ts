/** Stage 5: choose a key, ask its breaker, send, and maybe go on to the next, until one answers. */

import type { GatewayError } from '../../core/errors.ts'
import type { Failure } from '../../core/failure.ts'
import type { ModelRequest } from '../../protocols/openai/request.ts'
import { chooseKey } from '../../routing/choose-key.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { nextStep } from '../../upstreams/retry.ts'
import type { RequestContext } from '../context.ts'
import type { Plan } from '../route.ts'
import type { Services } from '../services.ts'
import type { Answer } from './answer.ts'
import { clientClosed, clientErrorOf, noneAvailable, requestTooLong } from './refusals.ts'
import { send } from './send.ts'

/** What was tried for one request so far. */
interface Tries {
  failures: Failure[]
  keyIds: number[]
  /** The next is to go over a new connection. */
  fresh: boolean
  resent: boolean
  askedAgain: boolean
}

export async function attempt(
  gateway: Services,
  plan: Plan,
  ask: ModelRequest,
  trace: RequestContext,
): Promise<Answer> {
  gateway.retryBudget.earn()
  const tries: Tries = { failures: [], keyIds: [], fresh: false, resent: false, askedAgain: false }
  let upstream = choose(gateway, plan, tries.keyIds, null)
  while (upstream !== null) {
    stillWanted(gateway, trace)
    gateway.pool.claim(upstream.key.id)
    tries.keyIds.push(upstream.key.id)
    trace.upstream = upstream
    const sent = await send(gateway, upstream, ask, trace, tries.fresh)
    if (trace.clientGone) throw withoutVerdict(gateway, upstream, trace, clientClosed())
    if (sent.how === 'ended') throw withoutVerdict(gateway, upstream, trace, sent.error)
    note(trace, upstream, sent.how === 'answered' ? null : sent.failed)
    if (sent.how === 'answered') return sent.answer
    upstream = await nextUpstream(gateway, plan, upstream, sent.failed, tries, trace)
  }
  throw noneAvailable(gateway, plan)
}

/** What is tried after a failure, once it may be; throws where nothing is. */
async function nextUpstream(
  gateway: Services,
  plan: Plan,
  upstream: UsableUpstream,
  failed: Failure,
  tries: Tries,
  trace: RequestContext,
): Promise<UsableUpstream | null> {
  const { pool, resendOnReset } = gateway
  const { id, name } = upstream.key
  tries.failures.push(failed)
  tries.fresh = failed.reset && resendOnReset && !tries.resent
  // An idle connection that the upstream was just closing says nothing about its health.
  if (tries.fresh) {
    tries.resent = true
    pool.released(id)
    return upstream
  }
  pool.failed(id, name, failed)
  const other = choose(gateway, plan, tries.keyIds, upstream)
  const next = nextStep({
    failed,
    attempts: trace.attempts.length,
    otherKey: other !== null,
    resendOnReset,
    askedAgain: tries.askedAgain,
    random: gateway.random(),
  })
  // A breaker that this failure opened is not passed by waiting a moment.
  const open = failed.class !== 'rate' && !pool.isUsable(id)
  const stops = next.go === 'stop' || (next.go === 'same' && open)
  if (stops || !gateway.retryBudget.spend())
    throw clientErrorOf(gateway, upstream, tries.failures, trace.requestId)
  if (next.go === 'other') return other
  tries.askedAgain = true
  await pause(next.waitMs, trace)
  return upstream
}

/** A weighted choice among the untried keys whose breaker lets them be tried. */
function choose(
  gateway: Services,
  plan: Plan,
  tried: readonly number[],
  previous: UsableUpstream | null,
): UsableUpstream | null {
  const usable: UsableUpstream[] = []
  for (const upstream of plan) {
    const { id } = upstream.key
    if (!tried.includes(id) && gateway.pool.isUsable(id)) usable.push(upstream)
  }
  if (usable.length <= 1) return usable[0] ?? null
  const chosen = chooseKey(
    usable.map(({ key }) => key),
    previous?.key ?? null,
    gateway.random(),
  )
  return usable.find(({ key }) => key === chosen) ?? null
}

function note(trace: RequestContext, { key }: UsableUpstream, failed: Failure | null): void {
  trace.attempts.push({
    upstreamKeyId: key.id,
    upstream: key.name,
    status: failed === null ? 200 : failed.status,
    failure: failed === null ? null : `${failed.class}: ${failed.detail}`,
    ambiguous: failed?.ambiguous ?? false,
  })
}

/** Throws where another try would come too late. */
function stillWanted(gateway: Services, trace: RequestContext): void {
  if (trace.clientGone) throw clientClosed()
  if (performance.now() - trace.arrivedMs >= gateway.limits.requestMs) throw requestTooLong(gateway)
}

/** The client going away, and what the gateway ends by itself, say nothing about the key. */
function withoutVerdict(
  gateway: Services,
  { key }: UsableUpstream,
  trace: RequestContext,
  error: GatewayError,
): GatewayError {
  gateway.pool.released(key.id)
  trace.attempts.push({
    upstreamKeyId: key.id,
    upstream: key.name,
    status: null,
    failure: error.message,
    ambiguous: error.code !== 'no_available_upstream',
  })
  return error
}

/** Waits, but no longer than the client does. */
async function pause(waitMs: number, trace: RequestContext): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const sinceMs = performance.now()
  const timer = setTimeout(resolve, waitMs)
  trace.onClientGone = resolve
  await over
  clearTimeout(timer)
  trace.upstreamWaitMs += performance.now() - sinceMs
}
