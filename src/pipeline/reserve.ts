/** Stage 4: take what the request may use, all of it or nothing; settle puts right what it used. */
import type { Ask } from '../core/ask.ts'
import type { Caller } from '../core/caller.ts'
import { estimateTokens } from '../core/token-estimate.ts'
import type { Gateway } from './gateway.ts'
import type { Origin, RateHold } from './rate-limits.ts'
import type { Trace } from './trace.ts'

export interface Hold {
  /** What was reserved, by estimate. */
  tokens: number
  /** Null where no rate limit is on the request. */
  rate: RateHold | null
}

/** A promise only where something has to be waited for. */
export function reserve(
  gateway: Gateway,
  caller: Caller,
  ask: Ask,
  origin: Origin,
  trace: Trace,
): Hold | Promise<Hold> {
  const tokens = estimateTokens(ask)
  const rate = gateway.rateLimits.hold(caller.key, origin, tokens, (headers) => {
    Object.assign(trace.holdHeaders, headers)
  })
  const begin = (held: RateHold | null) => journaled(gateway, caller, ask, trace, tokens, held)
  return rate instanceof Promise ? rate.then(begin) : begin(rate)
}

/** Last of all, because it can't be taken back. */
function journaled(
  gateway: Gateway,
  caller: Caller,
  ask: Ask,
  trace: Trace,
  tokens: number,
  rate: RateHold | null,
): Hold | Promise<Hold> {
  const refused = (error: unknown): never => {
    if (rate !== null) gateway.rateLimits.release(rate)
    throw error
  }
  try {
    const begun = gateway.journal.begin({
      requestId: trace.requestId,
      startedAtMs: trace.startedAtMs,
      userId: caller.user.id,
      apiKeyId: caller.key.id,
      endpoint: ask.endpoint,
      model: ask.model,
      stream: ask.stream,
      tokens,
      reservedTokens: 0,
    })
    return begun === undefined ? { tokens, rate } : begun.then(() => ({ tokens, rate }), refused)
  } catch (error) {
    return refused(error)
  }
}
