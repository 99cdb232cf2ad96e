/** Takes a request's rate limits, all or none, and puts right what was taken at its end. */
import { clientAddress } from '../core/client-address.ts'
import type { ApiKey } from '../core/entities.ts'
import type { Cidr } from '../core/ip-address.ts'
import {
  type Limit,
  type LimitDefaults,
  limitHeaders,
  limitRefusal,
  limitsOf,
  limitsUnavailable,
} from '../core/limits.ts'
import type { Correction, Counters, SharedHealth, Ticket, Verdict } from '../ports/counters.ts'
import type { Metrics } from '../ports/metrics.ts'

/** Where a request comes from; asked for only where a limit depends on it, because it costs. */
export interface Origin {
  peer(): string | null
  headers: Headers
}

export interface RateHold {
  limits: readonly Limit[]
  ticket: Ticket
}

/** Sets the headers that the reply carries, whatever becomes of the request. */
export type Tell = (headers: Record<string, string>) => void

export interface RateLimits {
  /**
   * Null where no limit is on the request. Throws `rate_limit_exceeded`, or `limits_unavailable`.
   * A promise only where others share the counters.
   */
  hold(
    key: ApiKey,
    origin: Origin,
    tokens: number,
    tell: Tell,
  ): RateHold | null | Promise<RateHold | null>
  /** At the end, with the tokens that were used. */
  settle(hold: RateHold, usedTokens: number): void
  /** The request was refused after all: nothing of it counts. */
  release(hold: RateHold): void
  health(): SharedHealth
}

interface Parts {
  enabled: boolean
  defaults: LimitDefaults
  trustedProxies: readonly Cidr[]
  counters: Counters
  metrics: Metrics
}

export function createRateLimits(parts: Parts): RateLimits {
  const { enabled, defaults, trustedProxies, counters, metrics } = parts
  const limitsAddresses = defaults.ipRpm > 0 || defaults.ipTpm > 0

  const addressOf = ({ peer, headers }: Origin): string =>
    clientAddress(
      peer(),
      trustedProxies.length === 0 ? null : headers.get('x-forwarded-for'),
      trustedProxies,
    )
  const decide = (limits: readonly Limit[], verdict: Verdict, tell: Tell): RateHold => {
    if (verdict.kind === 'unavailable') throw limitsUnavailable()
    const headers = limitHeaders(limits, verdict.readings)
    if (verdict.degraded) headers['x-ratelimit-policy'] = 'degraded'
    tell(headers)
    if (verdict.kind === 'taken') return { limits, ticket: verdict.ticket }
    metrics.rateLimited()
    throw limitRefusal(limits, verdict.readings)
  }
  const correct = ({ ticket }: RateHold, corrections: readonly Correction[]): void => {
    if (corrections.length > 0) counters.correct(ticket, corrections)
  }

  return {
    hold(key, origin, tokens, tell) {
      if (!enabled) return null
      const address = limitsAddresses ? addressOf(origin) : null
      const limits = limitsOf(defaults, key, address, tokens)
      if (limits.length === 0) return null
      const verdict = counters.take(limits)
      return verdict instanceof Promise
        ? verdict.then((settled) => decide(limits, settled, tell))
        : decide(limits, verdict, tell)
    },
    settle(hold, usedTokens) {
      const wrong = hold.limits.filter(
        ({ measure, amount }) => measure === 'tokens' && amount !== usedTokens,
      )
      correct(
        hold,
        wrong.map(({ counter, amount }) => ({ counter, by: usedTokens - amount })),
      )
    },
    release(hold) {
      correct(
        hold,
        hold.limits.map(({ counter, amount }) => ({ counter, by: -amount })),
      )
    },
    health: () => counters.health(),
  }
}
