/** All of DB_POOL_SIZE's connections are busy: a caller that waits too long gets an error, and the pool recovers. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { openPostgresStore } from '../../../src/adapters/sql/postgres/open-postgres.ts'
import type { Store } from '../../../src/adapters/sql/store.ts'
import { readDatabaseUrl } from '../../../src/core/text/database-address.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'

let server: PostgresServer
let database: string
let store: Store

beforeAll(async () => {
  server = await startPostgres({ settings: ['fsync=off'] })
  database = server.createDatabase()
  const read = readDatabaseUrl(server.url(database))
  if (!read.ok) throw new Error(read.reason)
  // As a command, which waits for locks longer than for a connection.
  store = await openPostgresStore({ address: read.address, poolSize: 2, patience: 'command' })
}, 60_000)
afterAll(async () => {
  await store.close()
  await server.close()
})

test('the error names the pool and what to do, and all is well once one is free', async () => {
  const release = await server.lockTables(database, ['users'])
  const held = [store.listUsers(), store.listUsers()]
  await expect(store.listPrices()).rejects.toMatchObject({
    message: expect.stringContaining(': pool: no connection became free in time'),
    remedy: expect.stringContaining('raise DB_POOL_SIZE'),
  })
  await release()
  const empty = { items: [], malformed: [], next: null }
  expect(await Promise.all(held)).toEqual([empty, empty])
  expect(await store.listPrices()).toEqual([])
}, 60_000)
