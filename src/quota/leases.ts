/** Keeps this instance's leases of quotas and their rows in the ledger the same. */

import type { UsageRecord } from '../usage/record.ts'
import type { UsageStore } from '../usage/store.ts'
import { type Account, leftOf } from './account.ts'
import { createQuotaAccounts } from './accounts.ts'
import type { QuotaLedger } from './ledger.ts'
import { LEASE_LASTS_MS } from './rules.ts'

/** A spent quota may be there again without a change of the database: another instance gave back. */
const ASK_AGAIN_MS = 500
/** Other instances were told that it is wanted, and give back what their requests don't hold. */
const ASK_OTHERS_AGAIN_MS = 100
/** So long after they asked, an instance takes no more than its requests need, or it would be there first. */
const MODEST_MS = 1_000
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

export function createQuotaLeases(parts: LeaseParts) {
  const { ledger, instanceId, defaultTokens, divisor, idleLooks, renewalLooks, monotonicMs } = parts
  const accounts = createQuotaAccounts()
  let last: Promise<unknown> = Promise.resolve()
  let started = false
  let stopped = false
  /** The ledger kept somebody waiting too long; until it answers, nobody else waits for it. */
  let late = false
  /** The ledger did not answer the last question; then one account at a time is enough to find out more. */
  let failing = false
  let asked = 0

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

  /** Within this, no record is stored, so that free and outstanding together stay what they are. */
  const ask = async (account: Account, free: number, divisor: number): Promise<void> => {
    const askedAtMs = monotonicMs()
    const { userId, month, waiting } = account
    const lease = free + account.outstanding
    account.rounds++
    const needed = waiting.reduce((sum, tokens) => sum + tokens, 0)
    const least = waiting.length === 0 ? 0 : Math.min(...waiting)
    const wish = { lease, free, needed, least, divisor, defaultTokens }
    const given = await ledger.lease({ userId, month, instanceId, ...wish })
    late = false
    account.quota = given.quota
    account.used = given.used
    account.leasedElsewhere = given.leasedElsewhere
    account.free += given.lease - lease
    account.expiresAtMs = askedAtMs + LEASE_LASTS_MS
    account.looks = 0
    account.exhausted = given.quota !== null && free + given.lease - lease < needed
    const againMs = least <= leftOf(account) ? ASK_OTHERS_AGAIN_MS : ASK_AGAIN_MS
    account.askAgainAtMs = account.exhausted ? monotonicMs() + againMs : 0
  }
  /** One question for each account at a time. */
  const asking = (account: Account, question: () => Promise<void>): Promise<void> => {
    if (account.asking !== null) return account.asking
    asked++
    account.asking = ready
      .then(() => inTurn(question))
      .then(
        () => {
          failing = account.unsure = false
        },
        (error) => {
          failing = account.unsure = true
          throw error
        },
      )
      .finally(() => {
        asked--
        account.asking = null
      })
    return account.asking
  }
  const renew = (account: Account): Promise<void> =>
    asking(account, () => {
      const isModest = monotonicMs() < account.modestUntilMs
      return ask(account, account.free, isModest ? Number.POSITIVE_INFINITY : divisor)
    })
  /**
   * What is free is put aside first, so that no request takes it while it is given back. Without an
   * answer nobody knows whether it was, so it stays aside until the ledger is asked again.
   */
  const giveBack = (account: Account): Promise<void> =>
    asking(account, () => {
      account.free = Math.min(0, account.free)
      return ask(account, account.free, Number.POSITIVE_INFINITY)
    })
  /** Not to a ledger that has just gone away: what is free is all that its user has until it is back. */
  const giveBackIfThere = (account: Account): Promise<void> =>
    renew(account).then(() => giveBack(account))
  const giveUp = async (account: Account): Promise<void> => {
    account.modestUntilMs = monotonicMs() + MODEST_MS
    await account.asking?.catch(() => {})
    if (account.free > 0) await giveBack(account)
  }
  ledger.onWanted((userId) => {
    for (const account of accounts.of(userId)) giveUp(account).catch(() => {})
  })

  const tick = (account: Account): void => {
    account.idleLooks = account.active ? 0 : account.idleLooks + 1
    account.active = false
    account.looks++
    if (account.asking !== null) return
    // Others will soon take it for left behind.
    if (monotonicMs() > account.expiresAtMs) account.free = Math.min(0, account.free)
    if (failing && asked > 0) return
    const idle = account.idleLooks >= idleLooks
    if (idle && account.free > 0) giveBackIfThere(account).catch(() => {})
    else if (account.unsure || account.looks >= renewalLooks) renew(account).catch(() => {})
    else if (idle && account.outstanding === 0) accounts.close(account)
  }
  const stored = (records: readonly UsageRecord[]): void => {
    for (const { userId, startedAtMs, reservedTokens, totalTokens } of records) {
      if (reservedTokens === 0) continue
      const account = accounts.at(userId, startedAtMs)
      account.outstanding -= totalTokens
      account.unstored -= totalTokens
      account.used += totalTokens
    }
  }

  return {
    accountOf: accounts.at,
    /** For a request that waits for so many tokens. */
    async refill(account: Account, tokens: number, withinMs: number): Promise<void> {
      if (late && account.asking !== null) throw new Error('the ledger is away')
      account.waiting.push(tokens)
      const tooLate = Promise.withResolvers<never>()
      const timer = setTimeout(() => {
        late = true
        tooLate.reject(new Error('the ledger is late'))
      }, withinMs)
      try {
        await Promise.race([renew(account), tooLate.promise])
      } finally {
        clearTimeout(timer)
        account.waiting.splice(account.waiting.indexOf(tokens), 1)
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
      for (const account of accounts.all()) {
        account.askAgainAtMs = 0
        renew(account).catch(() => {})
      }
    },
    tick(): void {
      for (const account of accounts.all()) tick(account)
    },
    async stop(): Promise<void> {
      stopped = true
      await last
      if (!started) return
      for (const account of accounts.all()) {
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
