/** Keeps this instance's quota leases in sync with their rows in the ledger. */

import { TimeoutError, withTimeout } from '../core/time/with-timeout.ts'
import type { UsageRecord } from '../usage/record.ts'
import type { UsageStore } from '../usage/store.ts'
import type { Account } from './account.ts'
import { createQuotaAccounts } from './accounts.ts'
import { giveUp, renew, returnFree, returnFreeIfReachable } from './lease-queries.ts'
import { inTurn, type LeaseParts, type Leases } from './lease-state.ts'

const RETRY_START_MS = 200

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
  if (idle && account.free > 0) returnFreeIfReachable(leases, account).catch(() => {})
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
      await returnFree(leases, account)
    } catch {
      // The database is down: the next start of this instance drops its leases.
      return
    }
  }
}
