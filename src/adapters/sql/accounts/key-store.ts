/** The directory's tables in SQL: a consistent read, and writing back the state of upstream keys. */
import { type Kysely, type Selectable, sql } from 'kysely'
import type { DirectoryRows, UpstreamState } from '../../../core/entities.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { KeyStore } from '../../../upstreams/key-store.ts'
import type { ChangeWatch } from '../change-watch.ts'
import { readModels } from '../models.ts'
import type { ReportProblems } from '../problem-log.ts'
import type { Tables } from '../schema/schema.ts'
import { readPrices } from '../usage/price-rows.ts'
import { isoTimeOrNull, storable } from '../values.ts'
import { readModelStates, saveModelStates } from './model-states.ts'
import { parseRows, type RowProblem, toApiKey, toUpstreamKey, toUser } from './rows.ts'

interface Parts {
  db: Kysely<Tables>
  watch: ChangeWatch
  /** One each, because the two are not always read together. */
  reportAccounts: ReportProblems
  reportUpstreamKeys: ReportProblems
}

/** The part of a row last read or written here: the columns an operator resets, and the counters. */
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

  const readKeys = async (step: Kysely<Tables>) => {
    const problems: RowProblem[] = []
    const read = new Map<number, Known>()
    const keys = await inPages(
      (after) => pageOf(step, 'upstream_keys', after),
      (rows) => {
        for (const row of rows) read.set(row.id, row)
        return parseRows('upstream_keys', rows, toUpstreamKey, problems)
      },
    )
    return { keys, read, problems, modelStates: await readModelStates(step, problems) }
  }
  const taken = ({ keys, read, problems, modelStates }: Awaited<ReturnType<typeof readKeys>>) => {
    known = read
    reportUpstreamKeys(problems)
    return { upstreamKeys: keys, modelStates }
  }

  return {
    async readDirectory(): Promise<DirectoryRows> {
      const problems: RowProblem[] = []
      const { users, apiKeys, upstreams, models, prices } = await db
        .transaction()
        .setAccessMode('read only')
        .setIsolationLevel('repeatable read')
        .execute(async (step) => ({
          users: await inPages(
            (after) => pageOf(step, 'users', after),
            (rows) => parseRows('users', rows, toUser, problems),
          ),
          apiKeys: await inPages(
            (after) => pageOf(step, 'api_keys', after),
            (rows) => parseRows('api_keys', rows, toApiKey, problems),
          ),
          upstreams: await readKeys(step),
          models: await readModels(step, problems),
          prices: await readPrices(step),
        }))
      reportAccounts(problems)
      const { definitions, malformed } = models
      const readable = { models: definitions, malformedModels: malformed }
      return { users, apiKeys, ...taken(upstreams), ...readable, prices }
    },
    readUpstreamKeys: async () => taken(await readKeys(db)),
    changedSinceLastCall: () => watch.changes(),
    async saveUpstreamStates(states, models) {
      const written: [number, Known][] = []
      await db.transaction().execute(async (step) => {
        // A fixed order prevents deadlocks between instances.
        for (const [id, state] of [...states].sort(([one], [other]) => one - other)) {
          const before = known.get(id)
          if (before !== undefined) written.push([id, await saveState(step, id, state, before)])
        }
        await saveModelStates(step, models)
      })
      // Only after the commit: rolled-back amounts have to be added again.
      for (const [id, row] of written) known.set(id, row)
    },
    async ping() {
      await sql`select 1 from users limit 1`.execute(db)
    },
  }
}

/** Rows read at once: a few milliseconds of work. */
const PAGE = 2000

/** Reads a hundred thousand keys in pages, serving requests in between. */
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

/**
 * Counters always grow; status, failures and cooldown are only written if the row still holds what was last read
 * or written here, so that an older state never overwrites a manual reset or another instance's verdict.
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
      last_error: state.lastError === null ? null : storable(state.lastError),
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
    // Also distinguishes these statements from a manual reset (migration 14).
    .set({ ...verdict, updated_at: nextUpdate() })
    .where('id', '=', id)
    .where('status', '=', before.status)
    .where('failure_count', '=', before.failure_count)
    .where('cooldown_until', 'is not distinct from', before.cooldown_until)
    .executeTakeFirst()
  return { ...(numUpdatedRows > 0n ? verdict : before), ...counted }
}

let lastUpdateMs = 0

/** The current time, but always later than the last one: an equal time would look like a manual reset. */
function nextUpdate(): string {
  lastUpdateMs = Math.max(Date.now(), lastUpdateMs + 1)
  return isoTime(lastUpdateMs)
}

type Verdict = Pick<Known, 'status' | 'failure_count' | 'cooldown_until'>

function sameVerdict(one: Verdict, other: Verdict): boolean {
  return (
    one.status === other.status &&
    one.failure_count === other.failure_count &&
    one.cooldown_until === other.cooldown_until
  )
}
