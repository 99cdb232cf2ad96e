/** Reserves a request's tokens of a user's monthly quota, out of this instance's lease. */
import type { User } from '../core/entities.ts'
import type { GatewayError } from '../core/errors.ts'
import type { UsageStore } from '../usage/store.ts'
import { type Account, leftOf, take } from './account.ts'
import type { LeaseParts } from './lease-state.ts'
import { createQuotaLeases } from './leases.ts'
import { quotaRefusal, quotaUnavailable } from './refusals.ts'
import { quotaOf } from './rules.ts'

export interface QuotaReservation {
  account: Account
  tokens: number
}

export interface Quotas {
  /**
   * Null for a user without a quota. Throws `insufficient_quota`, or `quota_unavailable` if the ledger does not
   * answer. Async only if the lease is too small.
   */
  hold(
    user: User,
    tokens: number,
    startedAtMs: number,
  ): QuotaReservation | null | Promise<QuotaReservation | null>
  /** Called when the request ends, with the tokens it used. They stay leased until the record is stored. */
  settle(hold: QuotaReservation, usedTokens: number): void
  /** The request was refused after all. */
  release(hold: QuotaReservation): void
  /** The quota minus usage and local reservations; other instances may have some of it on lease. */
  remaining(hold: QuotaReservation): number
  /** Wraps the store for the journal: what it has stored is subtracted from the lease. */
  watch(store: UsageStore): UsageStore
  /** The database was changed: renews leases and asks again for exhausted quotas. */
  changed(): void
  /** Called periodically: renews leases in use, returns unused ones. */
  tick(): void
  /** Returns all unreserved tokens. */
  stop(): Promise<void>
}

interface Parts extends Omit<LeaseParts, 'monotonicMs'> {
  /** How long a request waits for the ledger, or for other instances to return tokens. */
  patienceMs?: number
  monotonicMs?: () => number
}

const PATIENCE_MS = 2_000

export function createQuotas(parts: Parts): Quotas {
  const { defaultTokens, patienceMs = PATIENCE_MS, monotonicMs = () => performance.now() } = parts
  const leases = createQuotaLeases({ ...parts, monotonicMs })

  /** Asks the ledger, in one query for all requests waiting on the account. */
  const wait = async (
    account: Account,
    user: User,
    tokens: number,
    startedAtMs: number,
  ): Promise<QuotaReservation | null> => {
    const untilMs = monotonicMs() + patienceMs
    for (;;) {
      // Other instances take a moment to return what they have on lease.
      if (!isSpent(account, tokens))
        await pause(Math.min(account.askAgainAtMs, untilMs) - monotonicMs())
      if (tokens <= account.free) return held(account, tokens)
      const seen = account.rounds
      try {
        await leases.refill(account, tokens, patienceMs)
      } catch {
        throw quotaUnavailable()
      }
      if (account.quota === null) return null
      if (tokens <= account.free) return held(account, tokens)
      // Only a round that started later included this request.
      if (account.rounds === seen || !account.exhausted) continue
      if (isSpent(account, tokens) || account.askAgainAtMs >= untilMs)
        throw refusal(account, user, tokens, startedAtMs)
    }
  }

  return {
    hold(user, estimate, startedAtMs) {
      if (quotaOf(user, defaultTokens) === null) return null
      // A request that reserved nothing would not be subtracted from the lease.
      const tokens = Math.max(1, estimate)
      const account = leases.accountOf(user.id, startedAtMs)
      if (tokens <= account.free) return held(account, tokens)
      if (isSpent(account, tokens) && account.askAgainAtMs > monotonicMs())
        throw refusal(account, user, tokens, startedAtMs)
      return wait(account, user, tokens, startedAtMs)
    },
    settle({ account, tokens }, usedTokens) {
      account.free += tokens - usedTokens
      account.outstanding += usedTokens - tokens
      account.unstored += usedTokens
    },
    release({ account, tokens }) {
      account.free += tokens
      account.outstanding -= tokens
    },
    remaining: ({ account }) => leftOf(account),
    watch: leases.watch,
    changed: leases.changed,
    tick: leases.tick,
    stop: leases.stop,
  }
}

function held(account: Account, tokens: number): QuotaReservation {
  take(account, tokens)
  return { account, tokens }
}

/** Even what other instances have on lease would not be enough. */
function isSpent(account: Account, tokens: number): boolean {
  return tokens > leftOf(account)
}

function pause(ms: number): Promise<void> | null {
  return ms <= 0 ? null : new Promise((resolve) => setTimeout(resolve, ms))
}

function refusal(account: Account, { username }: User, asked: number, nowMs: number): GatewayError {
  const { used, leasedElsewhere, outstanding, unstored, month } = account
  return quotaRefusal(
    {
      username,
      quota: account.quota ?? 0,
      used: used + unstored,
      reserved: outstanding - unstored,
      leasedElsewhere,
      asked,
      left: leftOf(account),
      month,
    },
    nowMs,
  )
}
