/** Keeps this instance's leases of quotas and their rows in the ledger the same. */
import { type Month, monthOf, monthStartMs, nextMonthStartMs } from '../core/month.ts'
import type { UsageRecord } from '../core/usage-record.ts'
import type { QuotaLedger } from '../ports/quota-ledger.ts'
import type { UsageStore } from '../ports/usage-store.ts'
import { type Account, openAccount } from './quota-account.ts'

/** A spent quota may be there again without a change of the database: another instance gave back. */
const ASK_AGAIN_MS = 500
const RETRY_START_MS = 200

export interface LeaseParts {
  ledger: QuotaLedger
  instanceId: string
  defaultTokens: number | null
  /** An instance leases at least this part of what is left, as a divisor; 1 where there is only one. */
  divisor: number
  /** It gives back what was not asked for in so many looks. */
  idleLooks: number
  /** It sets what is used anew in so many looks, so that the ledger shows that it lives. */
  renewalLooks: number
  /** What an earlier process of this instance left in its journal is in the store. */
  ready: Promise<unknown>
  monotonicMs: () => number
}

interface MonthAccounts {
  month: Month
  fromMs: number
  untilMs: number
  byUser: Map<number, Account>
}

export function createQuotaLeases(parts: LeaseParts) {
  const { ledger, instanceId, defaultTokens, divisor, idleLooks, renewalLooks, monotonicMs } = parts
  const months: MonthAccounts[] = []
  let current: MonthAccounts | null = null
  let last: Promise<unknown> = Promise.resolve()
  let started = false
  let stopped = false
  /** The ledger kept somebody waiting too long; until it answers, nobody else waits for it. */
  let away = false

  /** The store and the ledger one after the other, so that it is known which records a lease is without. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }
  /** What an earlier process left is stored by then, so its leases are not needed any more. */
  const ready = (async () => {
    await parts.ready
    while (!stopped) {
      try {
        await ledger.dropLeases(instanceId)
        started = true
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_START_MS))
      }
    }
  })()

  const monthAt = (ms: number): MonthAccounts => {
    if (current !== null && ms >= current.fromMs && ms < current.untilMs) return current
    let found = months.find(({ fromMs, untilMs }) => ms >= fromMs && ms < untilMs)
    if (found === undefined) {
      const month = monthOf(ms)
      found = {
        month,
        fromMs: monthStartMs(month),
        untilMs: nextMonthStartMs(month),
        byUser: new Map(),
      }
      months.push(found)
    }
    current = found
    return found
  }
  const accountOf = (userId: number, ms: number): Account => {
    const { byUser, month } = monthAt(ms)
    const known = byUser.get(userId)
    if (known !== undefined) return known
    const account = openAccount(userId, month)
    byUser.set(userId, account)
    return account
  }

  /** Within this, no record is stored, so that free and outstanding together stay what they are. */
  const ask = async (account: Account, free: number, divisor: number): Promise<void> => {
    const lease = free + account.outstanding
    account.rounds++
    const needed = account.needed
    const given = await ledger.lease({
      userId: account.userId,
      month: account.month,
      instanceId,
      defaultTokens,
      lease,
      free,
      needed,
      divisor,
    })
    away = false
    account.quota = given.quota
    account.used = given.used
    account.leasedElsewhere = given.leasedElsewhere
    account.free += given.lease - lease
    account.exhausted = given.quota !== null && free + given.lease - lease < needed
    account.askAgainAtMs = account.exhausted ? monotonicMs() + ASK_AGAIN_MS : 0
    account.looks = 0
  }
  const renew = (account: Account): Promise<void> => {
    account.asking ??= ready
      .then(() => inTurn(() => ask(account, account.free, divisor)))
      .finally(() => {
        account.asking = null
      })
    return account.asking
  }
  /** What is free is put aside first, so that no request takes it while it is given back. */
  const giveBack = (account: Account): Promise<void> => {
    account.asking ??= inTurn(async () => {
      account.free -= Math.max(0, account.free)
      await ask(account, Math.min(0, account.free), Number.POSITIVE_INFINITY)
    }).finally(() => {
      account.asking = null
    })
    return account.asking
  }
  const accounts = () => months.flatMap(({ byUser }) => [...byUser.values()])
  const stored = (records: readonly UsageRecord[]): void => {
    for (const { userId, startedAtMs, reservedTokens, totalTokens } of records) {
      if (reservedTokens === 0) continue
      const account = accountOf(userId, startedAtMs)
      account.outstanding -= totalTokens
      account.unstored -= totalTokens
      account.used += totalTokens
    }
  }

  return {
    accountOf,
    async refill(account: Account, withinMs: number): Promise<void> {
      if (away && account.asking !== null) throw new Error('the ledger is away')
      const asking = renew(account)
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => {
        away = true
        late.reject(new Error('the ledger is late'))
      }, withinMs)
      try {
        await Promise.race([asking, late.promise])
      } finally {
        clearTimeout(timer)
      }
    },
    watch: (store: UsageStore): UsageStore => ({
      settle: (records, instance) =>
        inTurn(async () => {
          const fresh = await store.settle(records, instance)
          // Records of before, or of another process, were never on the leases that are known here.
          if (started && instance === instanceId) stored(records)
          return fresh
        }),
    }),
    changed(): void {
      for (const account of accounts()) {
        account.askAgainAtMs = 0
        renew(account).catch(() => {})
      }
    },
    lookAfter(): void {
      for (const each of months) {
        for (const account of each.byUser.values()) {
          account.idleLooks = account.active ? 0 : account.idleLooks + 1
          account.active = false
          if (account.asking !== null) continue
          if (account.idleLooks < idleLooks) {
            if (++account.looks >= renewalLooks) renew(account).catch(() => {})
          } else if (account.free > 0) giveBack(account).catch(() => {})
          else if (account.outstanding === 0) each.byUser.delete(account.userId)
        }
      }
    },
    async stop(): Promise<void> {
      stopped = true
      await last
      if (!started) return
      for (const account of accounts()) {
        try {
          await account.asking
          await giveBack(account)
        } catch {
          // The database is away: the next start of this instance gives back what it had.
          return
        }
      }
    },
  }
}
