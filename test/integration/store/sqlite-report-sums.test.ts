/** A store from before the coarser sums: its reports are the same once it is brought up to date. */
import { Database } from 'bun:sqlite'
import { expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kysely, Migrator } from 'kysely'
import { migrationsIn } from '../../../src/adapters/sql/schema/migrations.ts'
import { SQLITE } from '../../../src/adapters/sql/sql-dialect.ts'
import { BunSqliteDialect } from '../../../src/adapters/sql/sqlite/bun-sqlite-dialect.ts'
import { openSqliteStore } from '../../../src/adapters/sql/store.ts'
import type { Dimension } from '../../../src/usage/report.ts'
import { usageRecord } from '../../contracts/store-under-test.ts'

const DAY_MS = 86_400_000

test('records from before monthly sums existed are included in them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpt-proxy-sums-'))
  const path = join(folder, 'gpt-proxy.sqlite')
  try {
    const records = Array.from({ length: 90 }, (_, index) =>
      usageRecord(`r${index}`, {
        startedAtMs: Date.UTC(2026, 10, 1) + index * DAY_MS,
        userId: 1 + (index % 3),
        upstream: index % 2 === 0 ? 'main' : null,
        costUsd: index % 5 === 0 ? null : 0.5,
      }),
    )
    const before = await openSqliteStore({ path })
    await before.settle(records, 'one')
    const asked = await reports(before)
    await before.close()

    const old = join(folder, 'old.sqlite')
    await makeOldStore(old, path)
    const after = await openSqliteStore({ path: old })
    expect(await reports(after)).toEqual(asked)
    await after.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** As the version with two migrations had it, with what is in the store at `path`. */
async function makeOldStore(old: string, path: string): Promise<void> {
  const database = new Database(old)
  const db = new Kysely<unknown>({ dialect: new BunSqliteDialect(database, old) })
  const provider = { getMigrations: async () => migrationsIn(SQLITE) }
  const { error } = await new Migrator({ db, provider }).migrateTo('0002-sums-and-quotas')
  if (error !== undefined) throw error
  database.run('ATTACH ? AS newer', [path])
  const tables = database.query("SELECT name FROM main.sqlite_master WHERE type = 'table'").all()
  for (const { name } of tables as { name: string }[]) {
    if (!/^(users|api_keys|usage_)/.test(name)) continue
    const columns = database.query(`PRAGMA main.table_info(${name})`).all() as { name: string }[]
    const list = columns.map((column) => column.name).join(', ')
    database.run(`INSERT INTO main.${name} (${list}) SELECT ${list} FROM newer.${name}`)
  }
  await db.destroy()
}

function reports(store: Awaited<ReturnType<typeof openSqliteStore>>) {
  const groupings: Dimension[][] = [
    [],
    ['user'],
    ['month', 'key'],
    ['day', 'upstream'],
    ['day', 'user'],
    ['model'],
  ]
  const all = { fromMs: null, untilMs: null, userId: null, apiKeyId: null, model: null }
  return Promise.all(groupings.map((by) => store.summarizeUsage({ ...all, upstream: null, by })))
}
