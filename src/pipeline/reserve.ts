/** Stage 5: take what the request may use, all of it or nothing; settle puts right what it used. */

import type { Caller } from '../access/caller.ts'
import { GatewayError } from '../core/errors.ts'
import type { ClientPeer, RateReservation } from '../limits/rate-limits.ts'
import type { ModelRequest } from '../protocols/protocol.ts'
import type { QuotaReservation } from '../quota/quota.ts'
import { estimateTokens } from '../usage/estimate.ts'
import type { JournalEntry } from '../usage/journal-entry.ts'
import { type RequestContext, waitingFor } from './context.ts'
import type { Services } from './services.ts'

/** Who wants what, from where. */
export interface ReservationRequest {
  caller: Caller
  request: ModelRequest
  client: ClientPeer
}

export interface Reservation {
  readonly caller: Caller
  readonly request: ModelRequest
  readonly context: RequestContext
  /** What was reserved, by estimate. */
  readonly tokens: number
  /** What the record has as its endpoint, if not that of the request. */
  readonly recordedAs?: string
  /** Null if the user has no quota. */
  quota: QuotaReservation | null
  /** Null if no rate limit applies. */
  rate: RateReservation | null
  /** What the response says of quota and limits, whatever becomes of the request. */
  readonly headers: Record<string, string>
}

/**
 * Quota, then rate limits, then the journal, which can't be taken back; if one refuses, those before it
 * are released.
 */
export async function reserve(
  services: Services,
  { caller, request, client }: ReservationRequest,
  context: RequestContext,
): Promise<Reservation> {
  const { quotas, rateLimits, journal } = services
  const tokens = estimateTokens(request)
  const headers: Record<string, string> = {}
  const reservation: Reservation = {
    caller,
    request,
    context,
    tokens,
    quota: null,
    rate: null,
    headers,
  }
  try {
    // Each answers at once if it can, because a promise that is not needed costs.
    const quota = quotas.hold(caller.user, tokens, context.startedAtMs)
    reservation.quota = quota instanceof Promise ? await waitingFor('quota', context, quota) : quota
    if (reservation.quota !== null)
      headers['x-gpt-proxy-quota-remaining'] = String(quotas.remaining(reservation.quota))
    const rate = rateLimits.hold(caller.key, client, tokens, headers)
    reservation.rate = rate instanceof Promise ? await waitingFor('limits', context, rate) : rate
    await journal.begin(entryOf(reservation))
  } catch (error) {
    if (reservation.rate !== null) rateLimits.release(reservation.rate)
    if (reservation.quota !== null) quotas.release(reservation.quota)
    throw error instanceof GatewayError ? error.withHeaders(headers) : error
  }
  return reservation
}

export function entryOf({
  caller,
  request,
  context,
  tokens,
  quota,
  recordedAs,
}: Reservation): JournalEntry {
  return {
    requestId: context.requestId,
    startedAtMs: context.startedAtMs,
    userId: caller.user.id,
    apiKeyId: caller.key.id,
    endpoint: recordedAs ?? request.endpoint,
    model: request.model,
    stream: request.stream,
    tokens,
    reservedTokens: quota?.tokens ?? 0,
  }
}
