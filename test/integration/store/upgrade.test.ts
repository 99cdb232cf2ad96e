/** Stores of earlier versions with rows in them, brought up to date: all rows stay, on SQLite and on PostgreSQL. */
import { Database } from 'bun:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, Migrator } from 'kysely'
import {
  migratePostgres,
  openPostgresStore,
} from '../../../src/adapters/sql/postgres/open-postgres.ts'
import { connected, databaseOver } from '../../../src/adapters/sql/postgres/postgres-lock.ts'
import { migrationsIn } from '../../../src/adapters/sql/schema/migrations.ts'
import { type DialectWords, POSTGRES, SQLITE } from '../../../src/adapters/sql/sql-dialect.ts'
import { BunSqliteDialect } from '../../../src/adapters/sql/sqlite/bun-sqlite-dialect.ts'
import { openSqliteStore, type Store } from '../../../src/adapters/sql/store.ts'
import { readDatabaseUrl } from '../../../src/core/text/database-address.ts'
import { type PostgresServer, startPostgres } from '../../support/servers/postgres-server.ts'

/** The last migrations of version 0.1.0, and of the first version with models. */
const VERSION_0_1_0 = '0005-sums-of-users'
const FIRST_MODELS = '0023-stored-responses'

const AT = '2026-11-01T12:00:00.000Z'
const USERS = `INSERT INTO users (username, email, role, monthly_quota_tokens, created_at, updated_at)
  VALUES ('alice', 'alice@example.org', 'admin', 9000000000, '${AT}', '${AT}'), ('bob', NULL, 'user', NULL, '${AT}', '${AT}')`
const API_KEYS = `INSERT INTO api_keys (user_id, name, prefix, key_hash, allowed_models, rpm, created_at, updated_at)
  VALUES (1, 'laptop', 'gp-alice', '${'a'.repeat(64)}', '["gpt-4o"]', 60, '${AT}', '${AT}'),
    (2, 'laptop', 'gp-bob', '${'b'.repeat(64)}', NULL, NULL, '${AT}', '${AT}')`
const UPSTREAMS = `INSERT INTO upstream_keys (name, base_url, encrypted_key, weight, models, status, total_requests, created_at, updated_at)
  VALUES ('one', 'https://api.openai.com/v1', 'v1:sealed', 3, '["gpt-*"]', 'healthy', 12, '${AT}', '${AT}')`
const USAGE = `INSERT INTO usage_records (request_id, started_at, user_id, api_key_id, endpoint, model, upstream, stream, status,
    outcome, attempts, attempt_log, ambiguous, duration_ms, prompt_tokens, completion_tokens, total_tokens, cached_tokens,
    reasoning_tokens, audio_tokens, estimated, cost_usd)
  VALUES ('req_1', '${AT}', 1, 1, 'chat/completions', 'gpt-4o', 'one', 0, 200, 'ok', 1, '[]', 0, 12.5, 10, 5, 15, 0, 0, 0, 0, 0.25)`
const OLD_ROWS = [USERS, API_KEYS, UPSTREAMS, USAGE]

const MODELS = `INSERT INTO models (name, strategy, default_parameters, first_token_ms, fallback_on_filter, created_at, updated_at)
  VALUES ('fast', 'latency', '{"temperature":0}', 800, 1, '${AT}', '${AT}'), ('plain', 'priority', NULL, NULL, 0, '${AT}', '${AT}')`
const TARGETS = `INSERT INTO model_targets (model, position, upstream, target_model, priority, weight, context_tokens)
  VALUES ('fast', 0, 'one', 'gpt-4o-mini', 0, 2, 128000), ('fast', 1, NULL, 'gpt-4o', 1, NULL, NULL), ('plain', 0, 'one', 'gpt-4o', 0, NULL, NULL)`

interface OldStore {
  /** Runs migrations of an earlier version. */
  migrateTo(last: string): Promise<void>
  run(sql: string): void
  rows(select: string): Record<string, unknown>[]
  /** Brings it up to date. */
  open(): Promise<Store>
  dispose(): Promise<void>
}

async function migrated(db: Kysely<never>, words: DialectWords, last: string): Promise<void> {
  const provider = { getMigrations: async () => migrationsIn(words) }
  const { error } = await new Migrator({ db, provider }).migrateTo(last)
  if (error !== undefined) throw error
}

function sqliteStore(): OldStore {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-upgrade-'))
  const path = join(folder, 'old.sqlite')
  const hand = new Database(path, { create: true })
  hand.run('PRAGMA foreign_keys = ON')
  return {
    async migrateTo(last) {
      const db = new Kysely<never>({ dialect: new BunSqliteDialect(new Database(path), path) })
      await migrated(db, SQLITE, last)
      await db.destroy()
    },
    run: (text) => void hand.run(text),
    rows: (select) => hand.query<Record<string, unknown>, []>(select).all(),
    open: () => openSqliteStore({ path }),
    async dispose() {
      hand.close()
      rmSync(folder, { recursive: true })
    },
  }
}

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgres({ settings: ['fsync=off'] })
}, 60_000)
afterAll(() => server.close(), 20_000)

function postgresStore(): OldStore {
  const database = server.createDatabase()
  const read = readDatabaseUrl(server.url(database))
  if (!read.ok) throw new Error(read.reason)
  const { address } = read
  return {
    migrateTo: (last) =>
      connected(address, async (client) => {
        await migrated(databaseOver(client, address).db as unknown as Kysely<never>, POSTGRES, last)
      }),
    run: (text) => void server.sql(text, database),
    rows: (select) => server.sql(select, database),
    async open() {
      await migratePostgres(address)
      return openPostgresStore({ address, poolSize: 2, patience: 'command' })
    },
    dispose: async () => {},
  }
}

const SELECTS = {
  users:
    'SELECT id, username, email, role, status, monthly_quota_tokens, created_at FROM users ORDER BY id',
  api_keys:
    'SELECT id, user_id, name, prefix, key_hash, allowed_models, rpm, created_at FROM api_keys ORDER BY id',
  upstream_keys:
    'SELECT id, name, base_url, encrypted_key, weight, models, status, total_requests FROM upstream_keys ORDER BY id',
  usage_records:
    'SELECT request_id, started_at, user_id, model, total_tokens, cost_usd FROM usage_records ORDER BY request_id',
}
const MODEL_SELECTS = {
  models:
    'SELECT name, strategy, default_parameters, set_parameters, first_token_ms, fallback_on_filter, created_at, updated_at FROM models ORDER BY name',
  model_targets:
    'SELECT model, position, upstream, target_model, priority, weight, context_tokens FROM model_targets ORDER BY model, position',
}

const readAll = ({ rows }: OldStore, selects: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(selects).map(([table, select]) => [table, rows(select)]))

describe.each([
  ['SQLite', sqliteStore],
  ['PostgreSQL', postgresStore],
] as const)('%s', (_, make) => {
  test('the rows of version 0.1.0 stay, and the new columns have their defaults', async () => {
    const old = make()
    await old.migrateTo(VERSION_0_1_0)
    for (const insert of OLD_ROWS) old.run(insert)
    const before = readAll(old, SELECTS)
    expect(before.users).toHaveLength(2)
    const store = await old.open()
    expect(readAll(old, SELECTS)).toEqual(before)
    const added = old.rows(
      "SELECT max_in_flight, priority, tags FROM api_keys WHERE name = 'laptop' ORDER BY id",
    )
    expect(added).toEqual(Array(2).fill({ max_in_flight: null, priority: 0, tags: null }))
    expect(old.rows('SELECT * FROM models')).toEqual([])
    await store.close()
    await old.dispose()
  }, 60_000)

  test('models and their targets stay, and get the new columns', async () => {
    const old = make()
    await old.migrateTo(FIRST_MODELS)
    for (const insert of [...OLD_ROWS, MODELS, TARGETS]) old.run(insert)
    const before = readAll(old, { ...SELECTS, ...MODEL_SELECTS })
    expect(before.model_targets).toHaveLength(3)
    const store = await old.open()
    expect(readAll(old, { ...SELECTS, ...MODEL_SELECTS })).toEqual(before)
    const { models } = await store.readDirectory()
    expect(models.map(({ name, strategy, targets }) => [name, strategy, targets.length])).toEqual([
      ['fast', 'latency', 2],
      ['plain', 'priority', 1],
    ])
    expect(models[0]).toMatchObject({ firstTokenMs: 800, firstTokenAction: 'replace' })
    old.run("UPDATE models SET strategy = 'cost', first_token_action = 'hedge' WHERE name = 'fast'")
    expect(() => old.run("UPDATE models SET strategy = 'luck'")).toThrow()
    // The reference from targets to models still holds.
    old.run("DELETE FROM models WHERE name = 'fast'")
    expect(old.rows('SELECT model FROM model_targets')).toEqual([{ model: 'plain' }])
    await store.close()
    await old.dispose()
  }, 60_000)
})
