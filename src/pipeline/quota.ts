/** Holds tokens of a user's monthly quota for a request, out of what this instance has leased from the ledger. */
import type { User } from '../core/entities.ts'
import { type Month, monthOf, monthStartMs, nextMonthStartMs } from '../core/month.ts'
import {
  type LeaseShare,
  leaseChange,
  type QuotaState,
  quotaRefusal,
  quotaUnavailable,
  unleased,
} from '../core/quota.ts'
import type { Logger } from '../ports/logger.ts'
import type { QuotaLedger } from '../ports/quota-ledger.ts'

export interface QuotaHold {
  account: QuotaAccount
  tokens: number
}

/** A user's month, as this instance knows it. */
export interface QuotaAccount {
  readonly userId: number
  readonly month: Month
  /** Leased, not spent and not held. Below zero where an answer was longer than what was held for it. */
  left: number
  /** Held by requests under way. */
  held: number
  /** As the ledger was seen last; null before. */
  state: QuotaState | null
  leasedAtMs: number
  usedAtMs: number
  /** Asked for by requests that wait for the lease under way. */
  wanted: number
  leasing: Promise<void> | null
}

export interface Quotas {
  /**
   * Null where the user has no quota. Throws `insufficient_quota` or `quota_unavailable`. A promise
   * only where the lease does not cover it.
   */
  hold(
    user: User,
    tokens: number,
    startedAtMs: number,
  ): QuotaHold | null | Promise<QuotaHold | null>
  /** At the end: what was not used is there again. */
  settle(hold: QuotaHold, usedTokens: number): void
  release(hold: QuotaHold): void
  /** Tokens that this user can still ask for, as far as this instance knows. */
  remaining(hold: QuotaHold): number
  /** Gives back what was leased and not used. */
  stop(): Promise<void>
}

interface Parts {
  ledger: QuotaLedger
  instanceId: string
  share: LeaseShare
  logger: Logger
  /** Resolves once all that an earlier process of this instance spent is stored. */
  ready: Promise<unknown>
  /** How long a request waits for the ledger. */
  patienceMs?: number
}

/** Changes made by hand, to the quota or to the sums, are seen within this. */
const LOOK_EVERY_MS = 1_000
/** Between two asks for an account that has nothing left. */
const ASK_AGAIN_MS = 250
/** One of several instances gives back what it has not asked for in this time. */
const IDLE_MS = 1_500
const PATIENCE_MS = 2_000
/** A lease covers all who waited for it when it was decided; who came later asks again. */
const MOST_TRIES = 10

export function createQuotas(parts: Parts): Quotas {
  const { ledger, instanceId, share, logger, patienceMs = PATIENCE_MS } = parts
  const accounts = new Map<number, QuotaAccount>()
  /** Of an earlier process: nothing of it is under way any more. */
  const cleared = parts.ready.then(() => ledger.dropLeases(instanceId))
  cleared.catch((error) => logger.error({ error: String(error) }, 'old quota leases not dropped'))
  let clearing = cleared
  let month: Month | null = null
  let [monthFromMs, monthToMs] = [0, 0]

  const monthAt = (ms: number): Month => {
    if (month === null || ms < monthFromMs || ms >= monthToMs) {
      month = monthOf(ms)
      monthFromMs = monthStartMs(month)
      monthToMs = nextMonthStartMs(month)
    }
    return month
  }
  const accountOf = (userId: number, ms: number): QuotaAccount => {
    const now = monthAt(ms)
    const known = accounts.get(userId)
    if (known?.month.month === now.month && known.month.year === now.year) return known
    if (known !== undefined) giveBack(known).catch(() => {})
    const account = newAccount(userId, now)
    accounts.set(userId, account)
    return account
  }

  /** One at a time an account, so that each is decided on what the one before left. */
  const lease = (
    account: QuotaAccount,
    decide: (state: QuotaState) => number = (state) =>
      leaseChange(state, account.wanted - account.left, account.left, share),
  ): Promise<void> => {
    account.leasing ??= leaseNow(account, decide).finally(() => {
      account.leasing = null
    })
    return account.leasing
  }
  const leaseNow = async (
    account: QuotaAccount,
    decide: (state: QuotaState) => number,
  ): Promise<void> => {
    clearing = clearing.catch(() => ledger.dropLeases(instanceId))
    await clearing
    let change = 0
    const key = { userId: account.userId, month: account.month, instanceId }
    const state = await ledger.lease(key, (found) => {
      change = decide(found)
      return change
    })
    account.left += change
    account.state = state
    account.leasedAtMs = performance.now()
  }
  const giveBack = async (account: QuotaAccount): Promise<void> => {
    if (account.left > 0) await lease(account, () => -Math.max(0, account.left))
  }

  const take = (account: QuotaAccount, tokens: number): QuotaHold => {
    account.left -= tokens
    account.held += tokens
    return { account, tokens }
  }
  const holdLeasing = async (
    account: QuotaAccount,
    user: User,
    tokens: number,
    startedAtMs: number,
  ): Promise<QuotaHold | null> => {
    account.wanted += tokens
    try {
      for (let tries = 0; tries < MOST_TRIES; tries++) {
        const { state } = account
        // Where the ledger's quota is another than the directory's, the directory is about to follow.
        const current = state?.quota === user.monthlyQuotaTokens || tries > 0
        if (current && account.left >= tokens) return take(account, tokens)
        if (state === null && tries > 0) return null
        const asked = performance.now() - account.leasedAtMs < ASK_AGAIN_MS
        if (current && asked && state !== null && unleased(state) <= 0)
          throw refusal(account, user, tokens, startedAtMs)
        await inTime(lease(account))
      }
    } finally {
      account.wanted -= tokens
    }
    throw quotaUnavailable()
  }
  const inTime = async (leased: Promise<void>): Promise<void> => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no lease within ${patienceMs} ms`)), patienceMs)
    })
    try {
      await Promise.race([leased, late])
    } catch (error) {
      logger.warn({ error: String(error) }, 'quota could not be leased')
      throw quotaUnavailable()
    } finally {
      clearTimeout(timer)
    }
  }

  /** What others changed: one reading for all accounts in use, and a lease only where it matters. */
  const look = async (): Promise<void> => {
    const nowMs = performance.now()
    const inUse = [...accounts.values()].filter(
      ({ usedAtMs }) => nowMs - usedAtMs < 2 * LOOK_EVERY_MS,
    )
    if (month === null || inUse.length === 0) return
    const states = await ledger.look(
      inUse.map(({ userId }) => userId),
      month,
      instanceId,
    )
    for (const account of inUse) {
      const state = states.get(account.userId)
      if (state === undefined || account.month !== month) continue
      const free = unleased(state)
      if (free < 0 || (free > 0 && share === 'all')) await lease(account)
      else account.state = state
    }
  }
  const giveBackIdle = async (): Promise<void> => {
    if (share === 'all') return
    const sinceMs = performance.now() - IDLE_MS
    for (const account of accounts.values()) if (account.usedAtMs < sinceMs) await giveBack(account)
  }
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    look()
      .then(giveBackIdle)
      .catch((error) => logger.warn({ error: String(error) }, 'quotas not looked after'))
      .finally(() => {
        looking = false
      })
  }, LOOK_EVERY_MS)
  timer.unref()

  return {
    hold(user, asked, startedAtMs) {
      if (user.monthlyQuotaTokens === null) return null
      const account = accountOf(user.id, startedAtMs)
      account.usedAtMs = performance.now()
      // Also a request that seems to ask for nothing may use something, and then be taken off the lease.
      const tokens = Math.max(1, asked)
      const covered = account.left >= tokens && account.state?.quota === user.monthlyQuotaTokens
      return covered ? take(account, tokens) : holdLeasing(account, user, tokens, startedAtMs)
    },
    settle({ account, tokens }, usedTokens) {
      account.held -= tokens
      account.left += tokens - usedTokens
    },
    release({ account, tokens }) {
      account.held -= tokens
      account.left += tokens
    },
    remaining({ account: { left, state } }) {
      return Math.max(0, left + (state === null ? 0 : Math.max(0, unleased(state))))
    },
    async stop() {
      clearInterval(timer)
      const givenBack = [...accounts.values()].map(giveBack)
      await Promise.race([Promise.allSettled(givenBack), Bun.sleep(patienceMs)])
    },
  }
}

function newAccount(userId: number, month: Month): QuotaAccount {
  const never = Number.NEGATIVE_INFINITY
  return {
    userId,
    month,
    left: 0,
    held: 0,
    state: null,
    leasedAtMs: never,
    usedAtMs: never,
    wanted: 0,
    leasing: null,
  }
}

/** What was spent here and is not stored yet is in this instance's lease, beside what is left and held. */
function refusal(
  { state, left, held, month }: QuotaAccount,
  user: User,
  asked: number,
  nowMs: number,
) {
  const { quota = 0, used = 0, leased = 0, leasedElsewhere = 0 } = state ?? {}
  const unstored = leased - left - held
  return quotaRefusal(
    {
      username: user.username,
      quota,
      used: used + unstored,
      reserved: held + leasedElsewhere,
      asked,
      month,
    },
    nowMs,
  )
}
