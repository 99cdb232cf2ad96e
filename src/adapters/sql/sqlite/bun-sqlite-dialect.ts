/** Runs Kysely on Bun's SQLite: Kysely's dialect over a thin wrapper, with safe transactions. */
import type { Database } from 'bun:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type TransactionSettings,
} from 'kysely'
import { isBusy } from '../store-error.ts'
import { BUSY_TIMEOUT_MS } from './connect.ts'
import { wrapDatabase } from './statements.ts'

const LOOK_EVERY_MS = 10

export class BunSqliteDialect extends SqliteDialect {
  readonly #wrapped: SqliteDatabase

  constructor(database: Database, path: string) {
    const wrapped = wrapDatabase(database, path)
    super({ database: wrapped })
    this.#wrapped = wrapped
  }

  override createDriver(): Driver {
    return new ImmediateDriver({ database: this.#wrapped })
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter()
  }
}

/**
 * A transaction that reads and then writes can't be upgraded once another process has written, whatever the busy
 * timeout; taking the write lock at the start waits instead. Readers need no lock.
 */
class ImmediateDriver extends SqliteDriver {
  override async beginTransaction(
    connection: DatabaseConnection,
    settings?: TransactionSettings,
  ): Promise<void> {
    if (settings?.accessMode === 'read only') await run(connection, 'begin')
    else await beginOnceFree(connection)
  }
}

/**
 * SQLite's own wait for another process's lock would block this whole process, including every stream; here only
 * the transaction waits.
 */
async function beginOnceFree(connection: DatabaseConnection): Promise<void> {
  const untilMs = performance.now() + BUSY_TIMEOUT_MS
  await run(connection, 'pragma busy_timeout=0')
  try {
    while (!(await begun(connection, performance.now() > untilMs))) await Bun.sleep(LOOK_EVERY_MS)
  } finally {
    await run(connection, `pragma busy_timeout=${BUSY_TIMEOUT_MS}`)
  }
}

async function begun(connection: DatabaseConnection, lastTry: boolean): Promise<boolean> {
  try {
    await run(connection, 'begin immediate')
    return true
  } catch (error) {
    if (lastTry || !isBusy(error)) throw error
    return false
  }
}

async function run(connection: DatabaseConnection, statement: string): Promise<void> {
  await connection.executeQuery(CompiledQuery.raw(statement))
}

/** Migrations run in one transaction, so that two processes starting at once don't both run them. */
export class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}
