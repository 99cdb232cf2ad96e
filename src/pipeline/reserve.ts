/** Stage 4: take what the request may use, all of it or nothing; settle puts right what it used. */
import type { Ask } from '../core/ask.ts'
import type { Caller } from '../core/caller.ts'
import { estimateTokens } from '../core/token-estimate.ts'
import type { Gateway } from './gateway.ts'
import type { QuotaHold } from './quota.ts'
import type { Origin, RateHold } from './rate-limits.ts'
import type { Trace } from './trace.ts'

export interface Hold {
  /** What was reserved, by estimate. */
  tokens: number
  /** Null where the user has no quota. */
  quota: QuotaHold | null
  /** Null where no rate limit is on the request. */
  rate: RateHold | null
}

/**
 * Quota, then rate limits, then the journal, which can't be taken back; where one refuses, those
 * before it are released. A promise only where something has to be waited for.
 */
export function reserve(
  gateway: Gateway,
  caller: Caller,
  ask: Ask,
  origin: Origin,
  trace: Trace,
): Hold | Promise<Hold> {
  const tokens = estimateTokens(ask)
  const quota = gateway.quotas.hold(caller.user, tokens, trace.startedAtMs)
  const further = (held: QuotaHold | null) => {
    if (held !== null)
      trace.holdHeaders['x-gpt-proxy-quota-remaining'] = String(gateway.quotas.remaining(held))
    const hold: Hold = { tokens, quota: held, rate: null }
    return undoing(gateway, hold, () => limited(gateway, caller, ask, origin, trace, hold))
  }
  return quota instanceof Promise ? quota.then(further) : further(quota)
}

function limited(
  gateway: Gateway,
  caller: Caller,
  ask: Ask,
  origin: Origin,
  trace: Trace,
  hold: Hold,
): Hold | Promise<Hold> {
  const rate = gateway.rateLimits.hold(caller.key, origin, hold.tokens, (headers) => {
    Object.assign(trace.holdHeaders, headers)
  })
  const further = (held: RateHold | null) => {
    hold.rate = held
    return journaled(gateway, caller, ask, trace, hold)
  }
  return rate instanceof Promise ? rate.then(further) : further(rate)
}

function journaled(
  gateway: Gateway,
  caller: Caller,
  ask: Ask,
  trace: Trace,
  hold: Hold,
): Hold | Promise<Hold> {
  const begun = gateway.journal.begin({
    requestId: trace.requestId,
    startedAtMs: trace.startedAtMs,
    userId: caller.user.id,
    apiKeyId: caller.key.id,
    endpoint: ask.endpoint,
    model: ask.model,
    stream: ask.stream,
    tokens: hold.tokens,
    reservedTokens: hold.quota?.tokens ?? 0,
  })
  return begun === undefined ? hold : begun.then(() => hold)
}

function undoing(
  gateway: Gateway,
  hold: Hold,
  work: () => Hold | Promise<Hold>,
): Hold | Promise<Hold> {
  const undo = (error: unknown): never => {
    if (hold.rate !== null) gateway.rateLimits.release(hold.rate)
    if (hold.quota !== null) gateway.quotas.release(hold.quota)
    throw error
  }
  try {
    const done = work()
    return done instanceof Promise ? done.catch(undo) : done
  } catch (error) {
    return undo(error)
  }
}
