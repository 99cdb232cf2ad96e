/** A store of version 0.1.0 with malformed rows: the upgrade repairs and reports them, and rejects new ones. */
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, Migrator, PostgresDialect } from 'kysely'
import { Pool } from 'pg'
import { openPostgresStore } from '../../../src/adapters/sql/postgres/open-postgres.ts'
import { migrationsIn } from '../../../src/adapters/sql/schema/migrations.ts'
import { POSTGRES, SQLITE } from '../../../src/adapters/sql/sql-dialect.ts'
import { BunSqliteDialect } from '../../../src/adapters/sql/sqlite/bun-sqlite-dialect.ts'
import { openSqliteStore, type Store } from '../../../src/adapters/sql/store.ts'
import { readDatabaseUrl } from '../../../src/core/text/database-address.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'

const HASH = 'ab'.repeat(32)
const ROWS = [
  `insert into users (username, role, status, monthly_quota_tokens) values ('ann', 'root', 'active', 5)`,
  `insert into users (username) values ('bob')`,
  `insert into users (username) values ('gone')`,
  `delete from users where username = 'gone'`,
  `insert into api_keys (user_id, name, prefix, key_hash, allowed_models) values (2, 'models', 'p1', '${HASH}', 'gpt-4o')`,
  `insert into api_keys (user_id, name, prefix, key_hash, rpm) values (2, 'limits', 'p2', '${HASH.replace('a', 'c')}', -1)`,
  `insert into api_keys (user_id, name, prefix, key_hash) values (2, 'whole', 'p3', '${HASH.replace('a', 'd')}')`,
  `insert into upstream_keys (name, base_url, encrypted_key, weight) values ('u', 'file:///x', 'v1.x', -3)`,
]

async function migrateTo5(db: Kysely<unknown>, dialect: typeof SQLITE): Promise<void> {
  const provider = { getMigrations: async () => migrationsIn(dialect) }
  const { error } = await new Migrator({ db, provider }).migrateTo('0005-sums-of-users')
  if (error !== undefined) throw error
}

async function expectRepaired(store: Store): Promise<void> {
  const { users, apiKeys, upstreamKeys } = await store.readDirectory()
  expect(users.map(({ username, role, status }) => [username, role, status])).toEqual([
    ['ann', 'user', 'disabled'],
    ['bob', 'user', 'active'],
  ])
  expect(apiKeys.map(({ name, status, rpm }) => [name, status, rpm])).toEqual([
    ['models', 'revoked', null],
    ['limits', 'revoked', null],
    ['whole', 'active', null],
  ])
  expect(upstreamKeys.map(({ weight, state }) => [weight, state.status])).toEqual([[1, 'disabled']])
  const repairs = (await store.listAudit({ action: 'row.repair' })).items
  expect(repairs.map(({ subject, before }) => [subject, before])).toContainEqual([
    'key:1',
    { allowed_models: 'gpt-4o' },
  ])
  expect(repairs).toHaveLength(5)
}

test('SQLite: rows are repaired, ids are not given again, and keys stay with their users', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-checks-'))
  try {
    const path = join(folder, 'gpt-proxy.sqlite')
    const database = new Database(path)
    database.run('PRAGMA foreign_keys=ON')
    const db = new Kysely<unknown>({ dialect: new BunSqliteDialect(database, path) })
    await migrateTo5(db, SQLITE)
    for (const row of ROWS) database.run(row)
    // What "key limit 3 --rpm default" wrote.
    database.run(`update api_keys set tpm = '' where id = 3`)
    await db.destroy()

    const store = await openSqliteStore({ path })
    const audit = await store.listAudit({ action: 'row.repair', subject: 'key:3' })
    expect(audit.items.map(({ before }) => before)).toEqual([{ tpm: '' }])
    const hand = new Database(path)
    hand.run(`delete from audit_log where subject = 'key:3'`)
    hand.close()
    await expectRepaired(store)
    const next = await store.createUser({
      username: 'next',
      email: null,
      role: 'user',
      monthlyQuotaTokens: null,
    })
    expect(next.id).toBe(4)
    await store.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

describe('PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres({ settings: ['fsync=off'] })
  }, 60_000)
  afterAll(() => server.close())

  test('rows are repaired', async () => {
    const name = server.createDatabase()
    const db = new Kysely<unknown>({
      dialect: new PostgresDialect({ pool: new Pool({ connectionString: server.url(name) }) }),
    })
    await migrateTo5(db, POSTGRES)
    await db.destroy()
    for (const row of ROWS) server.sql(row, name)
    const read = readDatabaseUrl(server.url(name))
    if (!read.ok) throw new Error(read.reason)
    const store = await openPostgresStore({
      address: read.address,
      poolSize: 2,
      patience: 'command',
    })
    await expectRepaired(store)
    await store.close()
  })
})
