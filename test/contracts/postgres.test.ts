/** The store's contract on PostgreSQL. */
import { afterAll, beforeAll } from 'bun:test'
import { openPostgresStore } from '../../src/adapters/sql/postgres/open-postgres.ts'
import { readDatabaseUrl } from '../../src/core/text/database-address.ts'
import { type PostgresServer, startPostgres } from '../support/servers/postgres-server.ts'
import { waitFor } from '../support/waiting.ts'
import { describeStore } from './store.contract.ts'

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: ['fsync=off'] })
}, 60_000)
afterAll(() => server.close())

describeStore('PostgreSQL', async () => {
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
})
