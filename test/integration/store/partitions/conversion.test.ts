/** The table of an earlier version becomes the partition of the past; what an operator has made on it stays. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { type Kysely, Migrator } from 'kysely'
import {
  migratePostgres,
  openPostgresStore,
} from '../../../../src/adapters/sql/postgres/open-postgres.ts'
import { connected, databaseOver } from '../../../../src/adapters/sql/postgres/postgres-lock.ts'
import { migrationsIn } from '../../../../src/adapters/sql/schema/migrations.ts'
import { POSTGRES } from '../../../../src/adapters/sql/sql-dialect.ts'
import type { Store } from '../../../../src/adapters/sql/store.ts'
import { readDatabaseUrl } from '../../../../src/core/text/database-address.ts'
import { usageRecord } from '../../../contracts/store-under-test.ts'
import { type PostgresServer, startPostgres } from '../../../support/servers/postgres-server.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A Wednesday. */
const NOW_MS = Date.UTC(2026, 10, 25, 12)
const DAYS = 40
/** The last migrations of version 0.1.0, and before this table could have partitions. */
const VERSIONS = ['0005-sums-of-users', '0023-stored-responses', '0036-attempts'] as const
/** Records of the last 2,000 hours. */
const FILL = `insert into usage_records (request_id, started_at, user_id, api_key_id, endpoint, model, upstream, stream,
    status, outcome, attempts, attempt_log, ambiguous, duration_ms, prompt_tokens, completion_tokens, total_tokens,
    cached_tokens, reasoning_tokens, audio_tokens, estimated)
  select 'req_' || n, to_char(timestamp '2026-11-25 12:00' - n * interval '1 hour', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 1, 1,
    'chat/completions', 'm', 'one', 0, 200, 'ok', 1, '[]', 0, 12.5, 10, 5, 15, 0, 0, 0, 0 from generate_series(0, 1999) as n`

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: ['fsync=off'] })
}, 60_000)
afterAll(() => server.close(), 20_000)

/** A database as a version has left it, with records in it. */
async function filledBy(version: string) {
  const database = server.createDatabase()
  const read = readDatabaseUrl(server.url(database))
  if (!read.ok) throw new Error(read.reason)
  const { address } = read
  await connected(address, async (client) => {
    const db = databaseOver(client, address).db as unknown as Kysely<never>
    const provider = { getMigrations: async () => migrationsIn(POSTGRES) }
    const { error } = await new Migrator({ db, provider }).migrateTo(version)
    if (error !== undefined) throw error
  })
  const look = (text: string) => server.sql(text, database)
  look(FILL)
  const open = async () => {
    await migratePostgres(address)
    return openPostgresStore({ address, poolSize: 4, patience: 'serving' })
  }
  return { address, look, open }
}

const tend = async (store: Store, nowMs = NOW_MS) => {
  const tended = await store.tendPartitions?.({ retentionDays: DAYS, nowMs, databaseNowMs: nowMs })
  // Null while another instance is at it.
  return tended ?? { dropped: [], obstacle: null }
}

const isPartitioned = (look: (text: string) => Record<string, unknown>[]) =>
  look("select relkind from pg_class where oid = 'usage_records'::regclass")[0]?.relkind === 'p'

const ROWS = 'select request_id, started_at, total_tokens from usage_records order by request_id'
const PLACES = `select tableoid::regclass::text as place, count(*) as n from usage_records group by 1 order by 1`

for (const version of VERSIONS)
  test(`records of the schema ${version} stay where they are, and new ones get partitions`, async () => {
    const { look, open } = await filledBy(version)
    const before = look(ROWS)
    const file = look("select pg_relation_filenode('usage_records') as file")[0]?.file
    const store = await open()
    expect(await tend(store)).toEqual({ dropped: [], obstacle: null })
    expect(look(ROWS)).toEqual(before)
    // No row was rewritten.
    expect(look("select pg_relation_filenode('usage_records_past') as file")[0]?.file).toBe(file)
    const record = usageRecord('req_new', { startedAtMs: Date.UTC(2026, 11, 7) })
    expect(await store.settle([record, usageRecord('req_now', { startedAtMs: NOW_MS })], 'i')).toBe(
      2,
    )
    expect(look(PLACES)).toEqual([
      { place: 'usage_records_from_20261207', n: 1 },
      { place: 'usage_records_past', n: 2001 },
    ])
    // What is old is deleted from the past in batches; it is dropped when all of it is old.
    expect(await store.deleteRecordsBefore(NOW_MS - DAYS * DAY_MS)).toBe(500)
    expect((await tend(store, Date.UTC(2027, 0, 15))).dropped).toEqual([])
    expect((await tend(store, Date.UTC(2027, 0, 16))).dropped).toEqual(['usage_records_past'])
    expect(look(ROWS).map(({ request_id: id }) => id)).toEqual(['req_new'])
    await store.close()
  }, 60_000)

test('indexes, privileges, a comment and views of the table carry over', async () => {
  const { look, open } = await filledBy('0036-attempts')
  look(`create role reader login`)
  look('grant select on usage_records to reader with grant option')
  look('grant update (model) on usage_records to reader')
  look("comment on table usage_records is 'one row a request'")
  look('create index my_models on usage_records (model)')
  look('create view recent with (security_barrier = true) as select * from usage_records')
  look('grant select on recent to reader')
  look('create view recent_models as select distinct model from recent')
  const indexes = () =>
    look(
      "select indexdef from pg_indexes where tablename = 'usage_records' order by indexname",
    ).map(({ indexdef }) => String(indexdef).replace(' ON ONLY ', ' ON '))
  const before = indexes().filter((text) => !text.includes('UNIQUE'))
  expect(before).toHaveLength(4)
  const store = await open()
  expect(await tend(store)).toEqual({ dropped: [], obstacle: null })
  expect(indexes()).toEqual(before)
  expect(
    look(
      `select indisvalid from pg_index where indrelid = 'usage_records'::regclass and indisvalid`,
    ),
  ).toHaveLength(4)
  const week = "where tablename = 'usage_records_from_20261207'"
  expect(look(`select indexname from pg_indexes ${week}`)).toHaveLength(5)
  const record = usageRecord('req_new', { startedAtMs: Date.UTC(2026, 11, 7), model: 'new' })
  await store.settle([record], 'instance-1')
  expect(look("select request_id from recent where model = 'new'")).toHaveLength(1)
  expect(look("select model from recent_models where model = 'new'")).toHaveLength(1)
  expect(look("select reloptions::text as options from pg_class where relname = 'recent'")).toEqual(
    [{ options: '{security_barrier=true}' }],
  )
  const may = (what: string) => look(`select ${what} as allowed`)[0]?.allowed
  expect(
    may("has_table_privilege('reader', 'usage_records', 'select with grant option')"),
  ).toBeTrue()
  expect(may("has_column_privilege('reader', 'usage_records', 'model', 'update')")).toBeTrue()
  expect(may("has_column_privilege('reader', 'usage_records', 'status', 'update')")).toBeFalse()
  expect(may("has_table_privilege('reader', 'recent', 'select')")).toBeTrue()
  expect(may("obj_description('usage_records'::regclass)")).toBe('one row a request')
  await store.close()
}, 60_000)

test('what an interrupted conversion has left keeps no record from being stored, and the next run replaces it', async () => {
  const { look, open } = await filledBy('0036-attempts')
  const store = await open()
  look(`alter table usage_records add constraint usage_records_past_bound
    check (started_at < '2026-11-20') not valid`)
  const record = usageRecord('req_new', { startedAtMs: NOW_MS })
  const failure = await store.settle([record], 'instance-1').catch((error: unknown) => error)
  // A failure that is tried again, and not one of the record.
  expect(failure).toBeInstanceOf(Error)
  expect((failure as { kind?: string }).kind).not.toBe('invalid')
  await tend(store)
  expect(isPartitioned(look)).toBeTrue()
  expect(await store.settle([record], 'instance-1')).toBe(1)
  expect(look("select from pg_constraint where conname = 'usage_records_past_bound'")).toEqual([])
  await store.close()
}, 60_000)

test('a conversion whose connection is ended midway leaves the table as it was, and the one an hour later finishes', async () => {
  const { address, look, open } = await filledBy('0036-attempts')
  const store = await open()
  await connected(address, async (reader) => {
    await reader.query('begin; select count(*) from usage_records')
    const ended = tend(store).catch((error: unknown) => error)
    await connected(address, async (killer) => {
      for (let killed = 0; killed === 0; ) {
        const { rows } = await killer.query(
          `select pg_terminate_backend(pid) from pg_locks
           where not granted and relation = 'usage_records'::regclass`,
        )
        killed = rows.length
      }
    })
    expect(await ended).toBeInstanceOf(Error)
    await reader.query('rollback')
  })
  expect(isPartitioned(look)).toBeFalse()
  expect(await store.settle([usageRecord('req_a', { startedAtMs: NOW_MS })], 'i')).toBe(1)
  expect((await tend(store)).obstacle).toContain('is tried again an hour later')
  expect(isPartitioned(look)).toBeFalse()
  expect(await tend(store, NOW_MS + HOUR_MS)).toEqual({ dropped: [], obstacle: null })
  expect(isPartitioned(look)).toBeTrue()
  await store.close()
}, 60_000)

test('while an instance of an earlier version is connected, the table stays whole', async () => {
  const { address, look, open } = await filledBy('0036-attempts')
  const store = await open()
  await connected(address, async (earlier) => {
    await earlier.query("set application_name = 'gpt-proxy serving 0123456789ab'")
    const { obstacle } = await tend(store)
    expect(obstacle).toContain('an instance of an earlier version is connected')
    expect(isPartitioned(look)).toBeFalse()
  })
  expect(await tend(store)).toEqual({ dropped: [], obstacle: null })
  expect(isPartitioned(look)).toBeTrue()
  await store.close()
}, 60_000)

test.each([
  ['create materialized view sums as select count(*) from usage_records', 'on sums uses it'],
  ['create table notes (id text references usage_records)', 'foreign key'],
  [
    `create trigger mine after insert on usage_records for each row
     execute function gpt_proxy_tell()`,
    'trigger mine',
  ],
  ['create publication mine for table usage_records', 'publication mine'],
  ['create publication mine for all tables', 'publication mine'],
  ['create publication mine for tables in schema public', 'publication mine'],
  [
    'create view mine as select request_id, model from usage_records group by request_id',
    'view mine needs the primary key',
  ],
  [
    "update usage_records set started_at = '2027-01-01T00:00:00.000Z' where request_id = 'req_0'",
    'the newest record',
  ],
  ['alter table usage_records enable row level security', 'row security'],
  [
    `create role someone; create view theirs as select * from usage_records;
     alter view theirs owner to someone`,
    "view theirs is another user's",
  ],
  ['create table more () inherits (usage_records)', 'inheritance'],
])(
  '%p keeps the table whole, and the records in it',
  async (statement, obstacle) => {
    const { look, open } = await filledBy('0036-attempts')
    const store = await open()
    look(statement)
    expect((await tend(store)).obstacle).toContain(obstacle)
    expect(isPartitioned(look)).toBeFalse()
    expect(await store.settle([usageRecord('req_a', { startedAtMs: NOW_MS })], 'i')).toBe(1)
    expect(await store.deleteRecordsBefore(NOW_MS - DAYS * DAY_MS)).toBe(500)
    await store.close()
  },
  60_000,
)
