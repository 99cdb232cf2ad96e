/** The directory's tables in SQL: one consistent reading, and the running state of upstream keys written back. */
import { type Kysely, sql } from 'kysely'
import type { DirectoryRows, UpstreamState } from '../../core/entities.ts'
import type { KeyStore } from '../../ports/key-store.ts'
import type { ReportProblems } from './problem-log.ts'
import { believable, type RowProblem, toApiKey, toUpstreamKey, toUser } from './rows.ts'
import type { Tables } from './schema.ts'
import { isoTime, isoTimeOrNull } from './values.ts'

/** The columns that an operator resets by hand, as they stand in the row. */
interface Verdict {
  status: string
  failure_count: number
  cooldown_until: string | null
}

export function createKeyStore(db: Kysely<Tables>, report: ReportProblems): KeyStore {
  let known = new Map<number, Verdict>()
  let version: number | null = null

  const readRows = () =>
    db
      .transaction()
      .setAccessMode('read only')
      .execute(async (step) => ({
        users: await step.selectFrom('users').selectAll().orderBy('id').execute(),
        apiKeys: await step.selectFrom('api_keys').selectAll().orderBy('id').execute(),
        upstreamKeys: await step.selectFrom('upstream_keys').selectAll().orderBy('id').execute(),
      }))

  return {
    async readDirectory(): Promise<DirectoryRows> {
      const rows = await readRows()
      known = new Map(rows.upstreamKeys.map((row) => [row.id, row]))
      const problems: RowProblem[] = []
      const directory = {
        users: believable('users', rows.users, toUser, problems),
        apiKeys: believable('api_keys', rows.apiKeys, toApiKey, problems),
        upstreamKeys: believable('upstream_keys', rows.upstreamKeys, toUpstreamKey, problems),
      }
      report(problems)
      return directory
    },

    async changedSinceLastCall() {
      const current = await dataVersion(db)
      const changed = version !== null && current !== version
      version = current
      return changed
    },

    async saveUpstreamStates(states) {
      await db.transaction().execute(async (step) => {
        for (const [id, state] of states) await saveState(step, id, state, known)
      })
    },

    async ping() {
      await sql`select 1 from users limit 1`.execute(db)
    },
  }
}

/** Differs from the last value where another connection committed; commits of this one don't show. */
async function dataVersion(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{
    data_version: number
  }>`pragma data_version`.execute(db)
  return rows[0]?.data_version ?? 0
}

/**
 * Counters are always written; status, failures and cooldown only where the row still holds what was
 * last read or written here, so that a reset by hand is never overwritten by an older state.
 */
async function saveState(
  db: Kysely<Tables>,
  id: number,
  state: UpstreamState,
  known: Map<number, Verdict>,
): Promise<void> {
  await db
    .updateTable('upstream_keys')
    .set({
      total_requests: state.totalRequests,
      total_errors: state.totalErrors,
      last_error: state.lastError,
      updated_at: isoTime(Date.now()),
    })
    .where('id', '=', id)
    .execute()
  const before = known.get(id)
  if (before === undefined) return
  const next = {
    status: state.status,
    failure_count: state.failureCount,
    cooldown_until: isoTimeOrNull(state.cooldownUntilMs),
  }
  const { numUpdatedRows } = await db
    .updateTable('upstream_keys')
    .set(next)
    .where('id', '=', id)
    .where('status', '=', before.status)
    .where('failure_count', '=', before.failure_count)
    .where('cooldown_until', 'is not distinct from', before.cooldown_until)
    .executeTakeFirst()
  if (numUpdatedRows > 0n) known.set(id, next)
}
