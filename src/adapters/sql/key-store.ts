/** The directory's tables in SQL: one consistent reading, and the running state of upstream keys written back. */
import { type Kysely, sql } from 'kysely'
import type { DirectoryRows, UpstreamState } from '../../core/entities.ts'
import type { KeyStore } from '../../ports/key-store.ts'
import type { ChangeWatch } from './change-watch.ts'
import type { ReportProblems } from './problem-log.ts'
import { believable, type RowProblem, toApiKey, toUpstreamKey, toUser } from './rows.ts'
import type { Tables } from './schema.ts'
import { isoTime, isoTimeOrNull } from './values.ts'

interface Parts {
  db: Kysely<Tables>
  watch: ChangeWatch
  /** One each, because the two are not always read together. */
  reportAccounts: ReportProblems
  reportUpstreamKeys: ReportProblems
}

/** What of a row was last read or written here: the columns that an operator resets, and the counters. */
interface Known {
  status: string
  failure_count: number
  cooldown_until: string | null
  total_requests: number
  total_errors: number
}

export function createKeyStore(parts: Parts): KeyStore {
  const { db, watch, reportAccounts, reportUpstreamKeys } = parts
  let known = new Map<number, Known>()

  const upstreamKeyRows = (step: Kysely<Tables>) =>
    step.selectFrom('upstream_keys').selectAll().orderBy('id').execute()
  const upstreamKeysOf = (rows: Awaited<ReturnType<typeof upstreamKeyRows>>) => {
    known = new Map(rows.map((row) => [row.id, row]))
    const problems: RowProblem[] = []
    const keys = believable('upstream_keys', rows, toUpstreamKey, problems)
    reportUpstreamKeys(problems)
    return keys
  }
  const readRows = () =>
    db
      .transaction()
      .setAccessMode('read only')
      .setIsolationLevel('repeatable read')
      .execute(async (step) => ({
        users: await step.selectFrom('users').selectAll().orderBy('id').execute(),
        apiKeys: await step.selectFrom('api_keys').selectAll().orderBy('id').execute(),
        upstreamKeys: await upstreamKeyRows(step),
      }))

  return {
    async readDirectory(): Promise<DirectoryRows> {
      const rows = await readRows()
      const problems: RowProblem[] = []
      const users = believable('users', rows.users, toUser, problems)
      const apiKeys = believable('api_keys', rows.apiKeys, toApiKey, problems)
      reportAccounts(problems)
      return { users, apiKeys, upstreamKeys: upstreamKeysOf(rows.upstreamKeys) }
    },
    readUpstreamKeys: async () => upstreamKeysOf(await upstreamKeyRows(db)),
    changedSinceLastCall: () => watch.changes(),
    async saveUpstreamStates(states) {
      const written: [number, Known][] = []
      await db.transaction().execute(async (step) => {
        // In one order everywhere: no two instances wait for each other.
        for (const [id, state] of [...states].sort(([one], [other]) => one - other)) {
          const before = known.get(id)
          if (before !== undefined) written.push([id, await saveState(step, id, state, before)])
        }
      })
      // Not before the commit: what was rolled back has to be added again.
      for (const [id, row] of written) known.set(id, row)
    },
    async ping() {
      await sql`select 1 from users limit 1`.execute(db)
    },
  }
}

/**
 * Counters always grow; status, failures and cooldown are written only where the row still holds what
 * was last read or written here, so that a reset by hand or another instance's verdict is never
 * overwritten by an older state.
 */
async function saveState(
  step: Kysely<Tables>,
  id: number,
  state: UpstreamState,
  before: Known,
): Promise<Known> {
  const requests = state.totalRequests - before.total_requests
  const errors = state.totalErrors - before.total_errors
  await step
    .updateTable('upstream_keys')
    .set({
      total_requests: sql`total_requests + ${sql.lit(requests)}`,
      total_errors: sql`total_errors + ${sql.lit(errors)}`,
      last_error: state.lastError,
      updated_at: isoTime(Date.now()),
    })
    .where('id', '=', id)
    .execute()
  const counted = { total_requests: state.totalRequests, total_errors: state.totalErrors }
  const verdict = {
    status: state.status,
    failure_count: state.failureCount,
    cooldown_until: isoTimeOrNull(state.cooldownUntilMs),
  }
  if (sameVerdict(verdict, before)) return { ...verdict, ...counted }
  const { numUpdatedRows } = await step
    .updateTable('upstream_keys')
    .set(verdict)
    .where('id', '=', id)
    .where('status', '=', before.status)
    .where('failure_count', '=', before.failure_count)
    .where('cooldown_until', 'is not distinct from', before.cooldown_until)
    .executeTakeFirst()
  return { ...(numUpdatedRows > 0n ? verdict : before), ...counted }
}

type Verdict = Pick<Known, 'status' | 'failure_count' | 'cooldown_until'>

function sameVerdict(one: Verdict, other: Verdict): boolean {
  return (
    one.status === other.status &&
    one.failure_count === other.failure_count &&
    one.cooldown_until === other.cooldown_until
  )
}
