/** Records on PostgreSQL in partitions: they are dropped whole, and neither storing nor an upgrade notices. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openPostgresStore } from '../../../../src/adapters/sql/postgres/open-postgres.ts'
import { connected } from '../../../../src/adapters/sql/postgres/postgres-lock.ts'
import type { Store } from '../../../../src/adapters/sql/store.ts'
import { readDatabaseUrl } from '../../../../src/core/text/database-address.ts'
import { usageRecord } from '../../../contracts/store-under-test.ts'
import { type PostgresServer, startPostgres } from '../../../support/servers/postgres-server.ts'
import { waitFor } from '../../../support/waiting.ts'

const DAY_MS = 86_400_000
/** A Wednesday. */
const NOW_MS = Date.UTC(2026, 10, 25, 12)
const DAYS = 40

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: ['fsync=off'] })
}, 60_000)
afterAll(() => server.close(), 20_000)

async function openOn(database: string) {
  const read = readDatabaseUrl(server.url(database))
  if (!read.ok) throw new Error(read.reason)
  const { address } = read
  const open = () => openPostgresStore({ address, poolSize: 4, patience: 'serving' })
  const look = (text: string) => server.sql(text, database)
  const partitions = () =>
    look(
      `select inhrelid::regclass::text as name from pg_inherits
       where inhparent = 'usage_records'::regclass order by 1`,
    ).map(({ name }) => String(name).replace('usage_records_', ''))
  return { address, open, look, partitions }
}

const tend = async (store: Store, nowMs = NOW_MS, retentionDays = DAYS) => {
  const tended = await store.tendPartitions?.({ retentionDays, nowMs, databaseNowMs: nowMs })
  // Null while another instance is at it.
  return tended ?? { dropped: [], obstacle: null }
}

const settle = (store: Store, id: string, startedAtMs: number) =>
  store.settle([usageRecord(id, { startedAtMs })], 'instance-1')

/** A store whose table is partitioned from the week of `NOW_MS` on. */
async function partitioned() {
  const on = await openOn(server.createDatabase())
  const store = await on.open()
  expect(await tend(store)).toEqual({ dropped: [], obstacle: null })
  return { ...on, store }
}

test('an empty table has partitions from this week on, and a record is in that of its time', async () => {
  const { store, partitions, look } = await partitioned()
  expect(partitions()).toEqual([
    'default',
    'from_20261123',
    'from_20261130',
    'from_20261207',
    'from_20261214',
    'from_20261221',
    'past',
  ])
  for (const [id, ms] of [
    ['req_old', Date.UTC(2026, 10, 22, 23, 59, 59, 999)],
    ['req_first', Date.UTC(2026, 10, 23)],
    ['req_last', Date.UTC(2026, 10, 29, 23, 59, 59, 999)],
    ['req_next', Date.UTC(2026, 10, 30)],
    ['req_far', Date.UTC(2027, 5, 1)],
  ] as const)
    expect(await settle(store, id, ms)).toBe(1)
  expect(
    look(
      `select request_id, tableoid::regclass::text as name from usage_records order by started_at`,
    ),
  ).toEqual([
    { request_id: 'req_old', name: 'usage_records_past' },
    { request_id: 'req_first', name: 'usage_records_from_20261123' },
    { request_id: 'req_last', name: 'usage_records_from_20261123' },
    { request_id: 'req_next', name: 'usage_records_from_20261130' },
    { request_id: 'req_far', name: 'usage_records_default' },
  ])
  await store.close()
}, 60_000)

test('partitions whose records are all too old are dropped, their space is freed, and totals stay', async () => {
  const { store, partitions, look } = await partitioned()
  for (let week = -1; week < 3; week++)
    await settle(store, `req_${week}`, NOW_MS + week * 7 * DAY_MS)
  look(`insert into usage_records select * from jsonb_populate_recordset(null::usage_records,
    (select jsonb_agg(to_jsonb(r) || jsonb_build_object('request_id', 'req_many_' || n)) from usage_records r,
      generate_series(1, 5000) n where r.request_id = 'req_0'))`)
  const size = () => Number(look('select pg_database_size(current_database()) as bytes')[0]?.bytes)
  const totals = () => look('select * from usage_monthly order by year, month')
  const [sizeBefore, totalsBefore] = [size(), totals()]
  // The week of 23 November ends on the 30th: on 9 January at 00:00 it is 40 days old.
  const justBefore = await tend(store, Date.UTC(2027, 0, 8, 23, 59, 59, 999))
  expect(justBefore.dropped).toEqual(['usage_records_past'])
  const after = await tend(store, Date.UTC(2027, 0, 9))
  expect(after.dropped).toEqual(['usage_records_from_20261123'])
  expect(partitions()).not.toContain('from_20261123')
  expect(look('select request_id from usage_records order by started_at')).toEqual([
    { request_id: 'req_1' },
    { request_id: 'req_2' },
  ])
  expect(totals()).toEqual(totalsBefore)
  expect(size()).toBeLessThan(sizeBefore - 2_000_000)
  await store.close()
}, 60_000)

test('records in the partition that is partly too old are deleted in batches, and later ones are stored', async () => {
  const { store, look } = await partitioned()
  await settle(store, 'req_a', Date.UTC(2026, 10, 24))
  await settle(store, 'req_b', Date.UTC(2026, 10, 26))
  expect(await store.deleteRecordsBefore(Date.UTC(2026, 10, 25))).toBe(1)
  expect(look('select request_id from usage_records')).toEqual([{ request_id: 'req_b' }])
  // Older than all partitions, as an import may bring.
  await tend(store, Date.UTC(2027, 0, 9))
  expect(await settle(store, 'req_ancient', Date.UTC(2020, 0, 1))).toBe(1)
  expect(await store.deleteRecordsBefore(Date.UTC(2026, 10, 25))).toBe(1)
  await store.close()
}, 60_000)

test('while a report keeps a partition from being dropped, records are stored, and then it is dropped', async () => {
  const { store, address, look } = await partitioned()
  await settle(store, 'req_a', NOW_MS)
  await connected(address, async (reader) => {
    await reader.query('begin')
    await reader.query('lock table only usage_records in access share mode')
    let isDropped = false
    const dropping = tend(store, NOW_MS + 100 * DAY_MS).finally(() => {
      isDropped = true
    })
    await connected(address, (watcher) =>
      waitFor('the drop to wait for the reader', async () => {
        const { rows } = await watcher.query(
          "select from pg_locks where not granted and relation = 'usage_records'::regclass",
        )
        return rows.length > 0
      }),
    )
    expect(await settle(store, 'req_b', NOW_MS + 100 * DAY_MS)).toBe(1)
    expect(isDropped).toBe(false)
    await reader.query('commit')
    expect((await dropping).dropped).toContain('usage_records_from_20261123')
  })
  expect(look('select request_id from usage_records')).toEqual([{ request_id: 'req_b' }])
  await store.close()
}, 60_000)

test('a record is stored once, also if its time differs and two instances store it', async () => {
  const { store, open, look } = await partitioned()
  const other = await open()
  const request = usageRecord('req_once', { startedAtMs: NOW_MS })
  const stored = await Promise.all([
    store.settle([request], 'instance-1'),
    other.settle([request], 'instance-2'),
  ])
  expect(stored.toSorted()).toEqual([0, 1])
  // A batch is charged with the time at which its end is noticed.
  for (let round = 0; round < 10; round++) {
    const id = `batch:1:${round}`
    const both = await Promise.all([
      settle(store, id, NOW_MS),
      settle(other, id, NOW_MS + 7 * DAY_MS),
    ])
    expect(both.toSorted()).toEqual([0, 1])
    expect(await settle(store, id, NOW_MS + 14 * DAY_MS)).toBe(0)
  }
  expect(look('select count(*) as n from usage_records')).toEqual([{ n: 11 }])
  expect(look('select sum(requests) as n from usage_daily')).toEqual([{ n: 11 }])
  await Promise.all([store.close(), other.close()])
}, 60_000)

test('two instances convert, create and drop at once, each thing once', async () => {
  const on = await openOn(server.createDatabase())
  const stores = [await on.open(), await on.open()] as const
  for (const store of stores) await store.changedSinceLastCall()
  await settle(stores[0], 'req_a', NOW_MS)
  const both = (nowMs: number) => Promise.all(stores.map((store) => tend(store, nowMs)))
  await waitFor('both to be known as of this version', async () => {
    await both(NOW_MS)
    return (
      on.look("select relkind from pg_class where relname = 'usage_records'")[0]?.relkind === 'p'
    )
  })
  const later = await both(NOW_MS + 100 * DAY_MS)
  expect(later.flatMap(({ dropped }) => dropped).toSorted()).toEqual([
    'usage_records_from_20261207',
    'usage_records_from_20261214',
    'usage_records_from_20261221',
    'usage_records_past',
  ])
  expect(await settle(stores[1], 'req_b', NOW_MS + 100 * DAY_MS)).toBe(1)
  for (const store of stores) await store.close()
}, 60_000)

test('after a long absence records go to the default partition until the next week begins', async () => {
  const { store, look, partitions } = await partitioned()
  const backMs = NOW_MS + 365 * DAY_MS
  expect(await settle(store, 'req_a', backMs)).toBe(1)
  await tend(store, backMs)
  expect(partitions()).toContain('from_20271129')
  expect(await settle(store, 'req_b', backMs)).toBe(1)
  expect(await settle(store, 'req_c', backMs + 7 * DAY_MS)).toBe(1)
  expect(
    look('select tableoid::regclass::text as name from usage_records order by request_id'),
  ).toEqual([
    { name: 'usage_records_default' },
    { name: 'usage_records_default' },
    { name: 'usage_records_from_20271129' },
  ])
  await store.close()
}, 60_000)

test('a week with records in the default partition gets no partition, and the following weeks do', async () => {
  const { store, partitions, look } = await partitioned()
  expect(await settle(store, 'req_a', Date.UTC(2026, 11, 30))).toBe(1)
  await tend(store, NOW_MS + 14 * DAY_MS)
  expect(partitions()).not.toContain('from_20261228')
  expect(partitions()).toContain('from_20270104')
  expect(look('select request_id from usage_records')).toHaveLength(1)
  await store.close()
}, 60_000)

test('without a retention the table stays whole, and a partitioned one gets further partitions', async () => {
  const on = await openOn(server.createDatabase())
  const store = await on.open()
  expect(await tend(store, NOW_MS, 0)).toEqual({ dropped: [], obstacle: null })
  expect(on.partitions()).toEqual([])
  await tend(store)
  await tend(store, NOW_MS + 28 * DAY_MS, 0)
  expect(on.partitions()).toContain('from_20261228')
  expect(on.partitions()).toContain('from_20261123')
  await store.close()
}, 60_000)
