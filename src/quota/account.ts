/** What this instance has of one user's quota in one month. */
import type { Month } from '../core/month.ts'

export interface Account {
  readonly userId: number
  readonly month: Month
  /** On lease and held by no request; below zero where answers were longer than what was held. */
  free: number
  /**
   * On lease for requests under way, and for ended ones that are not in the store yet. Holding and
   * settling move tokens between the two, so their sum, the lease, changes with the ledger alone.
   */
  outstanding: number
  /** Of these, used by requests that ended. */
  unstored: number
  /** As the ledger last said. */
  quota: number | null
  used: number
  leasedElsewhere: number
  /** What requests wait for, each for so much. */
  readonly waiting: number[]
  /** How often the ledger was asked. */
  rounds: number
  /** The last question had no answer, so the ledger may have more on lease than is known here. */
  unsure: boolean
  /** The ledger had less than was needed. */
  exhausted: boolean
  /** Monotonic; until then the ledger is not asked again for what it did not have. */
  askAgainAtMs: number
  /** Monotonic; from then on nothing is spent of what is free. */
  expiresAtMs: number
  /** Monotonic; until then only what is needed is leased, for others lack something. */
  modestUntilMs: number
  asking: Promise<void> | null
  /** A request held something since the last look. */
  active: boolean
  idleLooks: number
  looks: number
}

export function openAccount(userId: number, month: Month): Account {
  return {
    userId,
    month,
    free: 0,
    outstanding: 0,
    unstored: 0,
    quota: null,
    used: 0,
    leasedElsewhere: 0,
    waiting: [],
    rounds: 0,
    unsure: false,
    exhausted: false,
    askAgainAtMs: 0,
    expiresAtMs: 0,
    modestUntilMs: 0,
    asking: null,
    active: true,
    idleLooks: 0,
    looks: 0,
  }
}

export function take(account: Account, tokens: number): void {
  account.free -= tokens
  account.outstanding += tokens
  account.active = true
}

/** Neither used nor held here. Others may have it on lease, and give back what their requests don't hold. */
export function leftOf({ quota, used, outstanding }: Account): number {
  return Math.max(0, (quota ?? 0) - used - outstanding)
}
