/** What this instance holds of one user's quota in one month. */
import type { Month } from '../core/time/month.ts'

export interface Account {
  readonly userId: number
  readonly month: Month
  /** Leased and not reserved; negative if answers were longer than their reservations. */
  free: number
  /**
   * Leased for requests in flight and for ended ones not yet stored. Reserving and settling move tokens between
   * `free` and this, so their sum, the lease, only changes with the ledger.
   */
  outstanding: number
  /** The part of `outstanding` that ended requests used. */
  unstored: number
  /** As of the ledger's last answer. */
  quota: number | null
  used: number
  leasedElsewhere: number
  /** The amount each waiting request needs. */
  readonly waiting: number[]
  /** How often the ledger was asked. */
  rounds: number
  /** The last query got no answer, so the ledger may have leased more than this instance knows. */
  unsure: boolean
  /** The ledger had less than was needed. */
  exhausted: boolean
  /** Monotonic; until then the ledger is not asked again for what it did not have. */
  askAgainAtMs: number
  /** Monotonic; `free` must not be spent after this. */
  expiresAtMs: number
  /** Monotonic; until then only what is needed is leased, because other instances lack tokens. */
  modestUntilMs: number
  asking: Promise<void> | null
  /** A request reserved tokens since the last tick. */
  active: boolean
  idleTicks: number
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
    idleTicks: 0,
    looks: 0,
  }
}

export function take(account: Account, tokens: number): void {
  account.free -= tokens
  account.outstanding += tokens
  account.active = true
}

/** Neither used nor reserved here. Other instances may hold some on lease and return what they don't need. */
export function leftOf({ quota, used, outstanding }: Account): number {
  return Math.max(0, (quota ?? 0) - used - outstanding)
}
