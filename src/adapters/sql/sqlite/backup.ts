/** Backs up the SQLite store into one file while it is in use, and inspects such a file. */
import { Database } from 'bun:sqlite'
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  rmSync,
  statSync,
} from 'node:fs'
import { migrationNames } from '../schema/migrations.ts'
import { explainSqliteError, StoreError } from '../store-error.ts'

const BUSY_TIMEOUT_MS = 5000

export interface BackupContents {
  users: number
  apiKeys: number
  usageRecords: number
  upstreamKeys: readonly { id: number; baseUrl: string; encryptedKey: string }[]
  /** Migrations newer than the backup; the next start applies them. */
  migrationsToCome: number
}

/**
 * The backup is a consistent snapshot, compact and without a write-ahead log. It appears under its name only
 * when it is complete and on disk. The store's schema is not changed. Returns its size.
 */
export function writeBackup(path: string, target: string): number {
  if (existsSync(target))
    throw new StoreError(`there is already a file ${target}`, 'choose another name')
  const partial = `${target}.${process.pid}.partial`
  try {
    makeEmpty(partial)
    copyInto(path, partial)
    lookInto(partial)
    flush(partial)
    // A link, because renaming would replace a file that someone else created meanwhile.
    linkSync(partial, target)
    return statSync(target).size
  } catch (error) {
    throw unwritable(error, target)
  } finally {
    rmSync(partial, { force: true })
  }
}

/** Private before it contains a byte; SQLite accepts an empty file. */
function makeEmpty(path: string): void {
  closeSync(openSync(path, 'wx', 0o600))
}

function copyInto(path: string, target: string): void {
  if (!existsSync(path))
    throw new StoreError(`there is no store ${path}`, 'set DATA_DIR to the folder that has one')
  let database: Database | null = null
  try {
    database = new Database(path, { readwrite: true, create: false })
    database.run(`PRAGMA busy_timeout=${BUSY_TIMEOUT_MS}`)
    database.run('VACUUM INTO ?', [target])
  } catch (error) {
    throw explainSqliteError(error, path)
  } finally {
    database?.close()
  }
}

/** Makes a private copy before inspection, so that what was checked is what is used. */
export function copyBackup(from: string, to: string): void {
  try {
    rmSync(to, { force: true })
    makeEmpty(to)
    copyFileSync(from, to)
    flush(to)
  } catch (error) {
    rmSync(to, { force: true })
    const { code } = error as { code?: string }
    throw new StoreError(
      `${from} cannot be copied to ${to} (${code ?? String(error)})`,
      'check that the backup can be read, and that the disk has room for it',
      { cause: error },
    )
  }
}

/** Throws if the file is damaged, is something else, or was made by a newer version. */
export function lookInto(file: string, name = file): BackupContents {
  const database = openCopy(file, name)
  try {
    const verdict = database.query<{ integrity_check: string }, []>('PRAGMA integrity_check').get()
    if (verdict?.integrity_check !== 'ok') throw damaged(name)
    return contentsOf(database, name)
  } catch (error) {
    throw error instanceof StoreError ? error : damaged(name, error)
  } finally {
    database.close()
  }
}

function openCopy(file: string, name: string): Database {
  try {
    return new Database(file, { readwrite: true, create: false })
  } catch (error) {
    throw damaged(name, error)
  }
}

function contentsOf(database: Database, name: string): BackupContents {
  const rows = <Row>(sql: string) => database.query<Row, []>(sql).all()
  const count = (table: string) =>
    rows<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]?.n ?? 0
  const tables = rows<{ name: string }>(`SELECT name FROM sqlite_master WHERE type = 'table'`)
  if (!tables.some((table) => table.name === 'kysely_migration'))
    throw new StoreError(`${name} is not a backup of a gateway's store`, 'give another file')
  const applied = rows<{ name: string }>('SELECT name FROM kysely_migration')
  const unknown = applied.find((migration) => !migrationNames.includes(migration.name))
  if (unknown !== undefined)
    throw new StoreError(
      `${name} was made by a newer version (it has the migration ${unknown.name})`,
      'restore it with that version',
    )
  return {
    users: count('users'),
    apiKeys: count('api_keys'),
    usageRecords: count('usage_records'),
    upstreamKeys: rows(
      'SELECT id, base_url AS baseUrl, encrypted_key AS encryptedKey FROM upstream_keys',
    ),
    migrationsToCome: migrationNames.length - applied.length,
  }
}

/** The leases belong to processes that no longer exist, so their tokens would never be returned. */
export function dropQuotaLeases(file: string): void {
  const database = new Database(file, { readwrite: true, create: false })
  try {
    const there = database.query(`SELECT 1 FROM sqlite_master WHERE name = 'quota_leases'`).get()
    if (there !== null) database.run('DELETE FROM quota_leases')
  } finally {
    database.close()
  }
}

function flush(path: string): void {
  const file = openSync(path, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function damaged(name: string, cause?: unknown): StoreError {
  return new StoreError(`${name} is damaged, or no SQLite database`, 'give another backup', {
    cause,
  })
}

function unwritable(error: unknown, target: string): unknown {
  if (error instanceof StoreError) return error
  const { code } = error as { code?: string }
  return new StoreError(
    `the backup ${target} cannot be written (${code ?? String(error)})`,
    'give a file in a folder that exists, is writable for this user and has room',
    { cause: error },
  )
}
