/** Stage 4: take what the request may use, all of it or nothing; settle puts right what it used. */

import type { Caller } from '../access/caller.ts'
import type { Origin, RateHold } from '../limits/rate-limits.ts'
import type { Ask } from '../protocols/openai/request.ts'
import type { QuotaHold } from '../quota/quota.ts'
import { estimateTokens } from '../usage/estimate.ts'
import type { JournalEntry } from '../usage/journal-entry.ts'
import type { Trace } from './context.ts'
import type { Gateway } from './services.ts'

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
 * before it are released.
 */
export async function reserve(
  gateway: Gateway,
  caller: Caller,
  ask: Ask,
  origin: Origin,
  trace: Trace,
): Promise<Hold> {
  const tokens = estimateTokens(ask)
  const hold: Hold = { tokens, quota: null, rate: null }
  const { holdHeaders } = trace
  try {
    // Each answers at once wherever it can, and a promise that is not needed costs.
    const quota = gateway.quotas.hold(caller.user, tokens, trace.startedAtMs)
    hold.quota = quota instanceof Promise ? await quota : quota
    if (hold.quota !== null)
      holdHeaders['x-gpt-proxy-quota-remaining'] = String(gateway.quotas.remaining(hold.quota))
    const rate = gateway.rateLimits.hold(caller.key, origin, tokens, holdHeaders)
    hold.rate = rate instanceof Promise ? await rate : rate
    await gateway.journal.begin(entryOf(caller, ask, trace, hold))
  } catch (error) {
    if (hold.rate !== null) gateway.rateLimits.release(hold.rate)
    if (hold.quota !== null) gateway.quotas.release(hold.quota)
    throw error
  }
  return hold
}

function entryOf(caller: Caller, ask: Ask, trace: Trace, hold: Hold): JournalEntry {
  return {
    requestId: trace.requestId,
    startedAtMs: trace.startedAtMs,
    userId: caller.user.id,
    apiKeyId: caller.key.id,
    endpoint: ask.endpoint,
    model: ask.model,
    stream: ask.stream,
    tokens: hold.tokens,
    reservedTokens: hold.quota?.tokens ?? 0,
  }
}
