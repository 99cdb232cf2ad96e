/** Detects changes by others in the directory's tables, in the way each database supports. */
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Change } from '../../upstreams/key-store.ts'
import type { Tables } from './schema/schema.ts'

export interface ChangeWatch {
  /** Changes by others since the last call; the first call only sets the baseline. */
  changes(): Promise<Change>
  /** Notifies other instances, once the transaction commits, that a user's quota tokens are wanted. */
  wantLeases(step: Transaction<Tables>, userId: number): Promise<void>
  onLeasesWanted(listener: (userId: number) => void): void
  close(): Promise<void>
}

/** How those that hold leases of the same quotas in one process call for unused tokens. */
export interface LeaseCalls {
  want(userId: number): void
  onWanted(listener: (userId: number) => void): void
}

/** A single thread has all leases, so leases that others left would never be returned. */
const NO_OTHERS: LeaseCalls = { want() {}, onWanted() {} }

/** `data_version` changes when another connection commits; commits of this one don't show. */
export function watchDataVersion(db: Kysely<Tables>, { want, onWanted } = NO_OTHERS): ChangeWatch {
  let version: number | null = null
  return {
    async changes() {
      const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db)
      const current = rows[0]?.data_version ?? 0
      const changed = version !== null && current !== version
      version = current
      return changed ? 'any' : 'none'
    },
    // Others that ask the ledger about this user wait there until the transaction has ended.
    wantLeases: async (_, userId) => want(userId),
    onLeasesWanted: onWanted,
    close: () => Promise.resolve(),
  }
}
