/** Runs Kysely on Bun's own SQLite: Kysely's dialect over a thin wrapper, with safe transactions. */
import type { Changes, Database, SQLQueryBindings, Statement } from 'bun:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
  type TransactionSettings,
} from 'kysely'
import { explainSqliteError, isBusy } from '../store-error.ts'
import { BulkRows } from '../usage/bulk-statement.ts'

/** How long another process's lock is waited for. */
export const BUSY_TIMEOUT_MS = 5_000
const LOOK_EVERY_MS = 10

export class BunSqliteDialect extends SqliteDialect {
  readonly #wrapped: SqliteDatabase

  constructor(database: Database, path: string) {
    const wrapped = wrap(database, path)
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
 * A transaction that reads and then writes can't be upgraded once another process has written, whatever
 * the busy timeout; taking the write lock at once waits instead. Readers need no lock.
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
 * SQLite's own wait for another process's lock would hold up this whole process, every stream in it;
 * here only the transaction waits.
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
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

function wrap(database: Database, path: string): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (text) => explained(path, () => statement(database, text, path)),
  }
}

/** `query` keeps the prepared statement, so that one that runs often is prepared once. */
function statement(database: Database, text: string, path: string): SqliteStatement {
  const prepared = database.query<unknown, SQLQueryBindings[]>(text)
  const bind = (parameters: readonly unknown[]) => parameters as SQLQueryBindings[]
  return {
    reader: prepared.columnNames.length > 0,
    all: (parameters) => explained(path, () => prepared.all(...bind(parameters))),
    run: (parameters) =>
      explained(path, () => {
        const [first] = parameters
        return first instanceof BulkRows
          ? runForEach(prepared, first)
          : prepared.run(...bind(parameters))
      }),
    iterate: (parameters) => prepared.iterate(...bind(parameters)),
  }
}

function runForEach(prepared: Statement<unknown, SQLQueryBindings[]>, given: BulkRows): Changes {
  let last: Changes = { changes: 0, lastInsertRowid: 0 }
  for (const row of given.rows) {
    last = prepared.run(...(row as SQLQueryBindings[]))
    if (last.changes > 0) given.written.push(row)
  }
  return last
}

function explained<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw explainSqliteError(error, path)
  }
}
