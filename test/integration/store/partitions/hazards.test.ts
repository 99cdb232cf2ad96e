/** Settings, roles, clocks and damaged partitions that an operator's database may have. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openPostgresStore } from '../../../../src/adapters/sql/postgres/open-postgres.ts'
import { connected } from '../../../../src/adapters/sql/postgres/postgres-lock.ts'
import type { Store } from '../../../../src/adapters/sql/store.ts'
import { readDatabaseUrl } from '../../../../src/core/text/database-address.ts'
import { usageRecord } from '../../../contracts/store-under-test.ts'
import {
  PASSWORD,
  type PostgresServer,
  startPostgres,
} from '../../../support/servers/postgres-server.ts'
import { waitFor } from '../../../support/waiting.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A Wednesday. */
const NOW_MS = Date.UTC(2026, 10, 25, 12)
const DONE = { dropped: [], obstacle: null }

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: ['fsync=off'] })
}, 60_000)
afterAll(() => server.close(), 20_000)

async function opened(database = server.createDatabase(), user = 'gpt_proxy') {
  const read = readDatabaseUrl(
    `postgres://${user}:${PASSWORD}@127.0.0.1:${server.port}/${database}`,
  )
  if (!read.ok) throw new Error(read.reason)
  const { address } = read
  const store = await openPostgresStore({ address, poolSize: 4, patience: 'serving' })
  const look = (text: string) => server.sql(text, database)
  const partitions = () =>
    look(
      `select inhrelid::regclass::text as name from pg_inherits
       where inhparent = 'usage_records'::regclass order by 1`,
    ).map(({ name }) => String(name))
  return { address, database, store, look, partitions }
}

const tend = (store: Store, nowMs = NOW_MS) =>
  store.tendPartitions?.({ retentionDays: 40, nowMs, databaseNowMs: nowMs })

test('a statement_timeout of the database does not end a conversion', async () => {
  const { address, database, store, look, partitions } = await opened()
  await connected(address, async (reader) => {
    await reader.query('begin')
    await reader.query('lock table usage_records in access share mode')
    await connected(address, async (watcher) => {
      // Shorter than the wait for a lock.
      look(`alter database ${database} set statement_timeout = '150ms'`)
      let isOver = false
      const tending = tend(store)?.finally(() => {
        isOver = true
      })
      const tries = new Set<string>()
      await waitFor('the conversion to wait for the reader twice', async () => {
        const { rows } = await watcher.query<{ began: string }>(
          `select xact_start::text as began from pg_locks join pg_stat_activity using (pid)
           where not granted and relation = 'usage_records'::regclass`,
        )
        for (const { began } of rows) tries.add(began)
        return tries.size > 1 || isOver
      })
      await reader.query('commit')
      expect(await tending).toEqual(DONE)
    })
  })
  expect(partitions()).toContain('usage_records_past')
  await store.close()
}, 60_000)

test('a role with capitals and a dot needs no more than CREATE on the schema', async () => {
  server.sql(`create role "Gpt.Proxy" login password '${PASSWORD}'`)
  const database = server.createDatabase()
  server.sql('grant create on schema public to "Gpt.Proxy"', database)
  const { store, look, partitions } = await opened(database, 'Gpt.Proxy')
  look('revoke create on schema public from "Gpt.Proxy"')
  expect((await tend(store))?.obstacle).toBe('the user has no CREATE on the schema public')
  look('grant create on schema public to "Gpt.Proxy"')
  look('set role "Gpt.Proxy"; create view mine as select * from usage_records')
  expect(await tend(store)).toEqual(DONE)
  expect(partitions()).toHaveLength(7)
  await store.close()
}, 60_000)

test('a role that may read the table may read each partition', async () => {
  const { store, look, partitions } = await opened()
  look('create role dumper')
  look('grant select on usage_records to dumper')
  await tend(store)
  await tend(store, NOW_MS + 7 * DAY_MS)
  expect(partitions()).toHaveLength(8)
  // As pg_dump begins.
  look(`set role dumper; lock table ${partitions().join(', ')} in access share mode`)
  expect(() => look('set role dumper; delete from usage_records_default')).toThrow('permission')
  await store.close()
}, 60_000)

test('a partition that can not be dropped or created keeps no other from it', async () => {
  const { store, look, partitions } = await opened()
  await tend(store)
  look('create view needed as select * from usage_records_from_20261123')
  look('create table usage_records_from_20270308 ()')
  const tended = await tend(store, NOW_MS + 100 * DAY_MS)
  expect(tended?.obstacle).toContain('usage_records_from_20270308')
  expect(tended?.dropped.toSorted()).toEqual([
    'usage_records_from_20261130',
    'usage_records_from_20261207',
    'usage_records_from_20261214',
    'usage_records_from_20261221',
    'usage_records_past',
  ])
  expect(partitions()).toEqual([
    'usage_records_default',
    'usage_records_from_20261123',
    'usage_records_from_20270315',
    'usage_records_from_20270322',
    'usage_records_from_20270329',
  ])
  await store.close()
}, 60_000)

test('if the clock of the gateway is not that of the database, nothing is converted or dropped', async () => {
  const { store, partitions } = await opened()
  const tendAt = (nowMs: number) => store.tendPartitions?.({ retentionDays: 40, nowMs })
  const obstacle = 'the clocks of the gateway and of the database differ by more than an hour'
  expect(await tendAt(Date.now() + 2 * HOUR_MS)).toEqual({ dropped: [], obstacle })
  expect(partitions()).toEqual([])
  expect(await tendAt(Date.now())).toEqual(DONE)
  const before = partitions()
  expect(before).toContain('usage_records_past')
  expect(await tendAt(Date.now() + 365 * DAY_MS)).toEqual({ dropped: [], obstacle })
  expect(partitions()).toEqual(before)
  await store.close()
}, 60_000)

test('while another instance works on it, nothing is reported about the table', async () => {
  const { address, store } = await opened()
  await connected(address, async (other) => {
    await other.query('select pg_advisory_lock(7246893150419)')
    expect(await tend(store)).toBeNull()
  })
  await store.close()
}, 60_000)

test('a record that meets a change of partitions fails in a way that says so', async () => {
  const { store, look } = await opened()
  look(`alter table usage_records add constraint usage_records_past_bound
    check (started_at < '2026-11-20') not valid`)
  const record = usageRecord('req_a', { startedAtMs: NOW_MS })
  const failure = await store.settle([record], 'i').catch((error: unknown) => error)
  expect(failure).toMatchObject({ kind: 'store', code: 'store_changes' })
  await store.close()
}, 60_000)
