/** Asks the ledger for tokens, and returns them to it. */
import { type Account, leftOf } from './account.ts'
import { inTurn, type Leases } from './lease-state.ts'
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

export function renew(leases: Leases, account: Account): Promise<void> {
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
export function returnFree(leases: Leases, account: Account): Promise<void> {
  return asking(leases, account, () => {
    account.free = Math.min(0, account.free)
    return ask(leases, account, account.free, Number.POSITIVE_INFINITY)
  })
}

/** Not to a ledger that is down: the free tokens are all its user has until it is back. */
export async function returnFreeIfReachable(leases: Leases, account: Account): Promise<void> {
  await renew(leases, account)
  await returnFree(leases, account)
}

/** Another instance wants the tokens. */
export async function giveUp(leases: Leases, account: Account): Promise<void> {
  account.modestUntilMs = leases.parts.monotonicMs() + MODEST_MS
  await account.asking?.catch(() => {})
  if (account.free > 0) await returnFree(leases, account)
}
