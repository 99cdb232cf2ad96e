/** What an instance knows of its leases, and the order of its operations on the store and the ledger. */
import type { QuotaAccounts } from './accounts.ts'
import type { QuotaLedger } from './ledger.ts'

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
export interface Leases {
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

/** Serializes store and ledger operations, so that it is known which records a lease excludes. */
export function inTurn<Result>(leases: Leases, work: () => Promise<Result>): Promise<Result> {
  const done = leases.last.then(work)
  leases.last = done.catch(() => {})
  return done
}
