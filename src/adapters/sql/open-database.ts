/** Opens the SQLite file: private to its owner, in WAL mode, at the newest schema. */
import { Database } from 'bun:sqlite'
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely, Migrator } from 'kysely'
import { BunSqliteDialect } from './bun-sqlite-dialect.ts'
import { migrationNames, migrationProvider } from './migrations.ts'
import type { Tables } from './schema.ts'
import { explainSqliteError, StoreError } from './store-error.ts'

export async function openDatabase(path: string): Promise<Kysely<Tables>> {
  makePrivate(path)
  const db = new Kysely<Tables>({
    dialect: new BunSqliteDialect(connect(path), path),
  })
  try {
    await refuseNewerSchema(db, path)
    const { error } = await new Migrator({
      db,
      provider: migrationProvider,
    }).migrateToLatest()
    if (error !== undefined) throw explainSqliteError(error, path)
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** The file exists with its mode before SQLite writes a byte; the -wal and -shm files take it over. */
function makePrivate(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw new StoreError(
      `database ${path} cannot be opened for writing`,
      'make the file and its folder writable for this user',
      { cause: error },
    )
  }
  try {
    chmodSync(path, 0o600)
  } catch {
    // Writable but owned by somebody else: its mode is their choice.
  }
}

function connect(path: string): Database {
  const database = new Database(path, { readwrite: true, create: true })
  try {
    for (const pragma of [
      'busy_timeout=5000',
      'journal_mode=WAL',
      'synchronous=NORMAL',
      'foreign_keys=ON',
    ]) {
      database.run(`PRAGMA ${pragma}`)
    }
    return database
  } catch (error) {
    database.close()
    throw explainSqliteError(error, path)
  }
}

async function refuseNewerSchema(db: Kysely<Tables>, path: string): Promise<void> {
  const tables = await db.introspection.getTables({
    withInternalKyselyTables: true,
  })
  if (!tables.some(({ name }) => name === 'kysely_migration')) return
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
  const unknown = rows.find(({ name }) => !migrationNames.includes(name))
  if (unknown === undefined) return
  throw new StoreError(
    `database ${path} was made by a newer version (it has the migration ${unknown.name})`,
    'start the newer version, or restore a backup made before the upgrade',
  )
}
