/** What others changed in the directory's tables, as each database tells it. */
import { type Kysely, sql } from 'kysely'
import type { Change } from '../../ports/key-store.ts'
import type { Tables } from './schema.ts'

export interface ChangeWatch {
  /** What others changed since the last call; the first call only notes where it stands. */
  changes(): Promise<Change>
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
    close: () => Promise.resolve(),
  }
}
