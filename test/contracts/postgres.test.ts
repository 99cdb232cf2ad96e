/** The store's contract on PostgreSQL. */
import { afterAll, beforeAll, expect } from 'bun:test'
import { openPostgresStore } from '../../src/adapters/sql/postgres/open-postgres.ts'
import { readDatabaseUrl } from '../../src/core/text/database-address.ts'
import { type PostgresServer, startPostgres } from '../support/servers/postgres-server.ts'
import { waitFor } from '../support/waiting.ts'
import { describeRecords, describeStore } from './store.contract.ts'
import type { StoreUnderTest } from './store-under-test.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: ['fsync=off'] })
}, 60_000)
afterAll(() => server.close())

describeStore('PostgreSQL', open)

describeRecords('PostgreSQL with partitions', async () => {
  const opened = await open()
  // Most records of these tests are of November 2026, some of years before and after.
  const nowMs = Date.UTC(2026, 10, 2)
  expect(
    await opened.store.tendPartitions?.({ retentionDays: 90, nowMs, databaseNowMs: nowMs }),
  ).toEqual({
    dropped: [],
    obstacle: null,
  })
  return opened
})

async function open(): Promise<StoreUnderTest> {
  const database = server.createDatabase()
  const read = readDatabaseUrl(server.url(database))
  if (!read.ok) throw new Error(read.reason)
  const entries: object[] = []
  const log = (fields: object) => {
    entries.push(fields)
  }
  const store = await openPostgresStore({
    address: read.address,
    poolSize: 10,
    patience: 'serving',
    logger: { debug: log, info: log, warn: log, error: log, requestFinished: log },
  })
  // Once it listens it can't know what was before.
  await waitFor('the store to listen', async () => (await store.changedSinceLastCall()) === 'any')
  return {
    store,
    byHand: (sql) => {
      server.sql(sql, database)
    },
    look: (sql) => server.sql(sql, database),
    logged: () => entries,
    dispose: () => store.close(),
  }
}
