/** Stage 4: take what the request may use, all of it or nothing; settle puts right what it used. */

import type { Caller } from '../access/caller.ts'
import type { ClientPeer, RateReservation } from '../limits/rate-limits.ts'
import type { ModelRequest } from '../protocols/openai/request.ts'
import type { QuotaReservation } from '../quota/quota.ts'
import { estimateTokens } from '../usage/estimate.ts'
import type { JournalEntry } from '../usage/journal-entry.ts'
import type { RequestContext } from './context.ts'
import type { Services } from './services.ts'

export interface Reservation {
  /** What was reserved, by estimate. */
  tokens: number
  /** Null where the user has no quota. */
  quota: QuotaReservation | null
  /** Null where no rate limit is on the request. */
  rate: RateReservation | null
}

/**
 * Quota, then rate limits, then the journal, which can't be taken back; where one refuses, those
 * before it are released.
 */
export async function reserve(
  gateway: Services,
  caller: Caller,
  ask: ModelRequest,
  origin: ClientPeer,
  trace: RequestContext,
): Promise<Reservation> {
  const tokens = estimateTokens(ask)
  const hold: Reservation = { tokens, quota: null, rate: null }
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

function entryOf(
  caller: Caller,
  ask: ModelRequest,
  trace: RequestContext,
  hold: Reservation,
): JournalEntry {
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
