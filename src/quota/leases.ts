/** Keeps this instance's quota leases in sync with their rows in the ledger. */

import { TimeoutError, withTimeout } from '../core/time/with-timeout.ts'
import type { UsageRecord } from '../usage/record.ts'
import type { UsageStore } from '../usage/store.ts'
import { type Account, leftOf } from './account.ts'
import { createQuotaAccounts, type QuotaAccounts } from './accounts.ts'
import type { QuotaLedger } from './ledger.ts'
import { LEASE_LASTS_MS } from './rules.ts'

/** An exhausted quota may have tokens again without a visible change: another instance may return some. */
const ASK_AGAIN_MS = 500
/** Other instances were notified of the demand and return what their requests don't hold. */
const ASK_OTHERS_AGAIN_MS = 100
/**
 * For this long after another instance asked, a lease covers only what requests need; otherwise this one would
 * take the tokens first.
 */
const MODEST_MS = 1_000
const RETRY_START_MS = 200

export interface LeaseParts {
  ledger: QuotaLedger
  instanceId: string
  defaultTokens: number | null
  /** An instance leases at least the remainder divided by this; 1 if it is the only one. */
  divisor: number
  /** Ticks without demand after which it returns free tokens. */
  idleTicks: number
  /** Ticks after which it renews a lease in use, so that the ledger shows the instance is alive. */
  renewalTicks: number
  /** Resolves when an earlier process's journal is in the store. */
  ready: Promise<unknown>
  monotonicMs: () => number
}

/** What this instance knows of its leases and of the ledger. */
interface Leases {
  readonly parts: LeaseParts
  readonly accounts: QuotaAccounts
  /** The most recent operation on the store or the ledger. */
  last: Promise<unknown>
  /** Resolves when an earlier process's leases are dropped. */
  ready: Promise<void>
  started: boolean
  stopped: boolean
  /** The ledger exceeded a request's wait; until it answers, no other request waits for it. */
  late: boolean
  /** The last query failed; probing with one account at a time is then enough. */
  failing: boolean
  /** Ledger queries in progress. */
  asked: number
}

export function createQuotaLeases(parts: LeaseParts) {
  const leases: Leases = {
    parts,
    accounts: createQuotaAccounts(),
    last: Promise.resolve(),
    ready: Promise.resolve(),
    started: false,
    stopped: false,
    late: false,
    failing: false,
    asked: 0,
  }
  const { accounts } = leases
  leases.ready = dropEarlierLeases(leases)
  parts.ledger.onWanted((userId) => {
    for (const account of accounts.of(userId)) giveUp(leases, account).catch(() => {})
  })
  return {
    accountOf: accounts.at,
    /** For a request that waits for this many tokens. */
    refill: (account: Account, tokens: number, withinMs: number) =>
      refill(leases, account, tokens, withinMs),
    watch: (store: UsageStore) => watched(leases, store),
    changed(): void {
      for (const account of accounts.all()) {
        account.askAgainAtMs = 0
        renew(leases, account).catch(() => {})
      }
    },
    tick(): void {
      for (const account of accounts.all()) tickAccount(leases, account)
    },
    stop: () => stop(leases),
  }
}

/** Serializes store and ledger operations, so that it is known which records a lease excludes. */
function inTurn<Result>(leases: Leases, work: () => Promise<Result>): Promise<Result> {
  const done = leases.last.then(work)
  leases.last = done.catch(() => {})
  return done
}

/** An earlier process's records are stored by then, so its leases are no longer needed. */
async function dropEarlierLeases(leases: Leases): Promise<void> {
  const { ready, ledger, instanceId } = leases.parts
  await ready
  while (!leases.stopped) {
    try {
      await ledger.dropLeases(instanceId)
      leases.started = true
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_START_MS))
    }
  }
}

/** No record is stored during this, so `free` plus `outstanding` stays constant. */
async function ask(leases: Leases, account: Account, free: number, divisor: number): Promise<void> {
  const { ledger, instanceId, defaultTokens, monotonicMs } = leases.parts
  const askedAtMs = monotonicMs()
  const { userId, month, waiting } = account
  const lease = free + account.outstanding
  account.rounds++
  const needed = waiting.reduce((sum, tokens) => sum + tokens, 0)
  const least = waiting.length === 0 ? 0 : Math.min(...waiting)
  const wanted = { lease, free, needed, least, divisor, defaultTokens }
  const given = await ledger.lease({ userId, month, instanceId, ...wanted })
  leases.late = false
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

/** At most one query per account at a time. */
function asking(leases: Leases, account: Account, question: () => Promise<void>): Promise<void> {
  if (account.asking !== null) return account.asking
  leases.asked++
  account.asking = leases.ready
    .then(() => inTurn(leases, question))
    .then(
      () => {
        leases.failing = account.unsure = false
      },
      (error) => {
        leases.failing = account.unsure = true
        throw error
      },
    )
    .finally(() => {
      leases.asked--
      account.asking = null
    })
  return account.asking
}

function renew(leases: Leases, account: Account): Promise<void> {
  const { divisor, monotonicMs } = leases.parts
  return asking(leases, account, () => {
    const isModest = monotonicMs() < account.modestUntilMs
    return ask(leases, account, account.free, isModest ? Number.POSITIVE_INFINITY : divisor)
  })
}

/**
 * Sets free tokens aside first, so that no request takes them while they are being returned. If there is no
 * answer, it is unknown whether they were, so they stay aside until the ledger is asked again.
 */
function giveBack(leases: Leases, account: Account): Promise<void> {
  return asking(leases, account, () => {
    account.free = Math.min(0, account.free)
    return ask(leases, account, account.free, Number.POSITIVE_INFINITY)
  })
}

/** Not to a ledger that is down: the free tokens are all its user has until it is back. */
async function giveBackIfThere(leases: Leases, account: Account): Promise<void> {
  await renew(leases, account)
  await giveBack(leases, account)
}

/** Another instance wants the tokens. */
async function giveUp(leases: Leases, account: Account): Promise<void> {
  account.modestUntilMs = leases.parts.monotonicMs() + MODEST_MS
  await account.asking?.catch(() => {})
  if (account.free > 0) await giveBack(leases, account)
}

function tickAccount(leases: Leases, account: Account): void {
  const { idleTicks, renewalTicks, monotonicMs } = leases.parts
  account.idleTicks = account.active ? 0 : account.idleTicks + 1
  account.active = false
  account.looks++
  if (account.asking !== null) return
  // Other instances will soon treat the lease as expired.
  if (monotonicMs() > account.expiresAtMs) account.free = Math.min(0, account.free)
  if (leases.failing && leases.asked > 0) return
  const idle = account.idleTicks >= idleTicks
  if (idle && account.free > 0) giveBackIfThere(leases, account).catch(() => {})
  else if (account.unsure || account.looks >= renewalTicks) renew(leases, account).catch(() => {})
  else if (idle && account.outstanding === 0) leases.accounts.close(account)
}

async function refill(
  leases: Leases,
  account: Account,
  tokens: number,
  withinMs: number,
): Promise<void> {
  if (leases.late && account.asking !== null) throw new Error('the ledger is away')
  account.waiting.push(tokens)
  try {
    await withTimeout(renew(leases, account), withinMs, 'the ledger is late')
  } catch (error) {
    if (error instanceof TimeoutError) leases.late = true
    throw error
  } finally {
    account.waiting.splice(account.waiting.indexOf(tokens), 1)
  }
}

function watched(leases: Leases, store: UsageStore): UsageStore {
  return {
    settle: (records, instance, lines) =>
      inTurn(leases, async () => {
        const fresh = await store.settle(records, instance, lines)
        // Earlier records, or those of another process, were never on the current leases.
        if (leases.started && instance === leases.parts.instanceId) stored(leases, records)
        return fresh
      }),
  }
}

function stored({ accounts }: Leases, records: readonly UsageRecord[]): void {
  for (const { userId, startedAtMs, reservedTokens, totalTokens } of records) {
    if (reservedTokens === 0) continue
    const account = accounts.at(userId, startedAtMs)
    account.outstanding -= totalTokens
    account.unstored -= totalTokens
    account.used += totalTokens
  }
}

async function stop(leases: Leases): Promise<void> {
  leases.stopped = true
  await leases.last
  if (!leases.started) return
  for (const account of leases.accounts.all()) {
    try {
      await account.asking
      await giveBack(leases, account)
    } catch {
      // The database is down: the next start of this instance drops its leases.
      return
    }
  }
}
