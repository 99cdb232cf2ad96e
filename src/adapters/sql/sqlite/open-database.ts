/** Opens the SQLite file: private to its owner, in WAL mode, at the newest schema. */
import { Database } from 'bun:sqlite'
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kysely } from 'kysely'
import { type SchemaMigrations, schemaOf } from '../schema/migrate.ts'
import type { Tables } from '../schema/schema.ts'
import { SQLITE } from '../sql-dialect.ts'
import { explainSqliteError, StoreError } from '../store-error.ts'
import { BunSqliteDialect } from './bun-sqlite-dialect.ts'
import { BUSY_TIMEOUT_MS, connectSqlite } from './connect.ts'

export async function openDatabase(path: string): Promise<Kysely<Tables>> {
  const { db, schema } = await openUnmigrated(path)
  try {
    await schema.up()
    return db
  } catch (error) {
    await db.destroy()
    throw error
  }
}

/** Creates the file if there is none, and migrates it. */
export async function bringUpToDate(path: string): Promise<void> {
  await (await openDatabase(path)).destroy()
}

/** Without migrating, whichever version created it. */
export async function openUnmigrated(
  path: string,
): Promise<{ db: Kysely<Tables>; schema: SchemaMigrations }> {
  makePrivate(path)
  const dialect = new BunSqliteDialect(await connectSqlite(path), path)
  const db = new Kysely<Tables>({ dialect })
  return { db, schema: schemaOf(db, SQLITE, path) }
}

/** Table names in an existing file; creates and changes nothing. */
export function tablesIn(path: string): string[] {
  try {
    const database = new Database(path, { readwrite: true, create: false })
    try {
      const rows = database.query("select name from sqlite_master where type = 'table'").all()
      return (rows as { name: string }[]).map(({ name }) => name)
    } finally {
      database.close()
    }
  } catch (error) {
    throw explainSqliteError(error, path)
  }
}

/** For reports, concurrently with the process that writes. */
export function openReadOnly(path: string): Kysely<Tables> {
  const database = new Database(path, { readonly: true })
  database.run(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}`)
  return new Kysely<Tables>({ dialect: new BunSqliteDialect(database, path) })
}

/** Creates the file with its mode before SQLite writes a byte; the -wal and -shm files inherit it. */
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
    // Writable but owned by someone else: its mode is their choice.
  }
}
