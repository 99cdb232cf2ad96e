/** Takes a request's rate limits, all or none, and corrects the amounts when it ends. */

import type { ApiKey } from '../core/entities.ts'
import type { HeaderSource } from '../core/headers.ts'
import type { Metrics } from '../usage/metrics.ts'
import type { Correction, Counters, LimitDecision, SharedHealth, Ticket } from './counters.ts'
import { addLimitHeaders } from './headers.ts'
import { createRefusals } from './recent-refusals.ts'
import { limitRefusal, limitsUnavailable } from './refusals.ts'
import { type Limit, type LimitDefaults, limitsOf } from './rules.ts'

/** Where a request comes from; only evaluated if a limit depends on it, because it is costly. */
export interface ClientPeer {
  peer(): string | null
  headers: HeaderSource
}

export interface RateReservation {
  limits: readonly Limit[]
  ticket: Ticket
}

/** Headers the reply carries, whatever the outcome of the request. */
type ReplyHeaders = Record<string, string>

export interface RateLimits {
  /**
   * A check before the body is read, which is costly: throws `rate_limit_exceeded` while a request limit that
   * recently refused is still exhausted. Counts nothing.
   */
  admit(key: ApiKey, origin: ClientPeer): void
  /**
   * Null if the request has no limits. Throws `rate_limit_exceeded` or `limits_unavailable`. Sets the
   * x-ratelimit headers in `headers`. Async only with shared (Redis) counters.
   */
  hold(
    key: ApiKey,
    origin: ClientPeer,
    tokens: number,
    headers: ReplyHeaders,
  ): RateReservation | null | Promise<RateReservation | null>
  /** Called when the request ends, with the tokens it used. */
  settle(hold: RateReservation, usedTokens: number): void
  /** The request was refused after all: none of it counts. */
  release(hold: RateReservation): void
  health(): SharedHealth
  /** The client's own address, as reported by trusted proxies. */
  addressOf(origin: ClientPeer): string
}

interface Parts {
  enabled: boolean
  defaults: LimitDefaults
  addressOf(peer: ClientPeer): string
  counters: Counters
  metrics: Metrics
}

export function createRateLimits(parts: Parts): RateLimits {
  const { enabled, defaults, addressOf, counters, metrics } = parts
  const limitsAddresses = defaults.ipRpm > 0 || defaults.ipTpm > 0

  const refusals = createRefusals()
  const decide = (
    limits: readonly Limit[],
    verdict: LimitDecision,
    headers: ReplyHeaders,
  ): RateReservation => {
    if (verdict.kind === 'unavailable') throw limitsUnavailable()
    addLimitHeaders(headers, limits, verdict.readings)
    if (verdict.degraded) headers['x-ratelimit-policy'] = 'degraded'
    if (verdict.kind === 'taken') return { limits, ticket: verdict.ticket }
    metrics.rateLimited()
    refusals.remember(limits, verdict.readings)
    throw limitRefusal(limits, verdict.readings)
  }
  const decideLater = async (
    limits: readonly Limit[],
    verdict: Promise<LimitDecision>,
    headers: ReplyHeaders,
  ): Promise<RateReservation> => decide(limits, await verdict, headers)
  const correct = ({ ticket }: RateReservation, corrections: readonly Correction[]): void => {
    if (corrections.length > 0) counters.correct(ticket, corrections)
  }

  return {
    admit(key, origin) {
      if (!enabled || refusals.none()) return
      const address = limitsAddresses ? addressOf(origin) : null
      const limits = limitsOf(defaults, key, address, 0)
      const states = refusals.among(limits)
      if (states === null) return
      metrics.rateLimited()
      throw limitRefusal(limits, states)
    },
    hold(key, origin, tokens, headers) {
      if (!enabled) return null
      const address = limitsAddresses ? addressOf(origin) : null
      const limits = limitsOf(defaults, key, address, tokens)
      if (limits.length === 0) return null
      const verdict = counters.take(limits)
      return verdict instanceof Promise
        ? decideLater(limits, verdict, headers)
        : decide(limits, verdict, headers)
    },
    settle(hold, usedTokens) {
      const corrections: Correction[] = []
      for (const { measure, counter, amount } of hold.limits) {
        if (measure === 'tokens' && amount !== usedTokens)
          corrections.push({ counter, by: usedTokens - amount })
      }
      correct(hold, corrections)
    },
    release(hold) {
      correct(
        hold,
        hold.limits.map(({ counter, amount }) => ({ counter, by: -amount })),
      )
    },
    health: () => counters.health(),
    addressOf,
  }
}
