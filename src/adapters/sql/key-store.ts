/** The directory's tables in SQL: one consistent reading, and the running state of upstream keys written back. */
import { type Kysely, type Selectable, sql } from 'kysely'
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

  return {
    async readDirectory(): Promise<DirectoryRows> {
      const problems: RowProblem[] = []
      const verdicts = new Map<number, Verdict>()
      const directory = await db
        .transaction()
        .setAccessMode('read only')
        .execute(async (step) => {
          const users = await inPages(
            (after) => pageOf(step, 'users', after),
            (rows) => believable('users', rows, toUser, problems),
          )
          const apiKeys = await inPages(
            (after) => pageOf(step, 'api_keys', after),
            (rows) => believable('api_keys', rows, toApiKey, problems),
          )
          const upstreamKeys = await inPages(
            (after) => pageOf(step, 'upstream_keys', after),
            (rows) => {
              for (const row of rows) verdicts.set(row.id, row)
              return believable('upstream_keys', rows, toUpstreamKey, problems)
            },
          )
          return { users, apiKeys, upstreamKeys }
        })
      known = verdicts
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

/** Rows read at once: a few milliseconds of work. */
const PAGE = 2000

/** A hundred thousand keys are read in pieces, and requests are served between them. */
async function inPages<Row extends { id: number }, Entity>(
  read: (after: number) => Promise<Row[]>,
  convert: (rows: readonly Row[]) => Entity[],
): Promise<Entity[]> {
  const entities: Entity[] = []
  let after = -1
  for (;;) {
    const rows = await read(after)
    for (const entity of convert(rows)) entities.push(entity)
    if (rows.length < PAGE) return entities
    after = rows.at(-1)?.id ?? after
    await new Promise((resolve) => setImmediate(resolve))
  }
}

function pageOf<Table extends 'users' | 'api_keys' | 'upstream_keys'>(
  step: Kysely<Tables>,
  table: Table,
  after: number,
): Promise<Selectable<Tables[Table]>[]> {
  return sql<Selectable<Tables[Table]>>`
    select * from ${sql.table(table)} where id > ${after} order by id limit ${PAGE}`
    .execute(step)
    .then(({ rows }) => rows)
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
