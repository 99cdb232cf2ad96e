/** What others changed in the directory's tables, as each database tells it. */
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Change } from '../../upstreams/key-store.ts'
import type { Tables } from './schema/schema.ts'

export interface ChangeWatch {
  /** What others changed since the last call; the first call only notes where it stands. */
  changes(): Promise<Change>
  /** Tells other instances that tokens of a user's quota are wanted, once the transaction is committed. */
  wantLeases(step: Transaction<Tables>, userId: number): Promise<void>
  onLeasesWanted(listener: (userId: number) => void): void
  close(): Promise<void>
}

/** Differs from the last value where another connection committed; commits of this one don't show. */
export function watchDataVersion(db: Kysely<Tables>): ChangeWatch {
  let version: number | null = null
  return {
    async changes() {
      const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db)
      const current = rows[0]?.data_version ?? 0
      const changed = version !== null && current !== version
      version = current
      return changed ? 'any' : 'none'
    },
    // The file has one instance, and what others left in it nobody gives back.
    wantLeases: () => Promise.resolve(),
    onLeasesWanted() {},
    close: () => Promise.resolve(),
  }
}
