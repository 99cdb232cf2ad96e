/** One server per data folder: an exclusive lock that the kernel releases whenever the process ends. */
import { Database } from 'bun:sqlite'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { explainSqliteError, StoreError } from '../store-error.ts'

/** Returns a function that releases the lock. */
export function holdProcessLock(dataDir: string): () => void {
  const path = join(dataDir, 'server.lock')
  let database: Database | null = null
  try {
    database = new Database(path, { readwrite: true, create: true })
    database.run('PRAGMA busy_timeout=0')
    database.run('BEGIN EXCLUSIVE')
    chmodSync(path, 0o600)
  } catch (error) {
    database?.close()
    throw explain(error, dataDir, path)
  }
  const held = database
  return () => held.close()
}

function explain(error: unknown, dataDir: string, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code.startsWith('SQLITE_BUSY')) {
    return new StoreError(
      `another gateway is using DATA_DIR ${dataDir}`,
      'stop it first, or give this one its own DATA_DIR',
      { cause: error },
    )
  }
  return explainSqliteError(error, path)
}
