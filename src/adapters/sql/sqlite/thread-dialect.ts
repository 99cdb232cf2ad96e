/** Runs Kysely on a SQLite connection in another thread, so that no statement blocks this one. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  CompiledQuery as Query,
  type QueryResult,
  SqliteDialect,
  type TransactionSettings,
} from 'kysely'
import { BulkRows } from '../usage/bulk-rows.ts'
import { TransactionalAdapter } from './bun-sqlite-dialect.ts'
import type { ThreadResult, ThreadStatement } from './sql-thread.ts'

/** The connection in its thread. */
export interface SqlThread {
  execute(statement: ThreadStatement): Promise<ThreadResult>
  close(): Promise<void>
}

/** One user of the connection at a time: a transaction takes several messages. */
export interface ConnectionLock {
  /** Resolves, once the connection is free, to a function that releases it. */
  take(): Promise<() => void>
}

export function createConnectionLock(): ConnectionLock {
  let last: Promise<void> = Promise.resolve()
  return {
    async take() {
      const { promise, resolve } = Promise.withResolvers<void>()
      const before = last
      last = promise
      await before
      return resolve
    },
  }
}

export class ThreadDialect extends SqliteDialect {
  readonly #thread: SqlThread
  readonly #turns: ConnectionLock

  constructor(thread: SqlThread, turns: ConnectionLock) {
    super({ database: () => Promise.reject(new Error('the connection is in a thread')) })
    this.#thread = thread
    this.#turns = turns
  }

  override createDriver(): Driver {
    return new ThreadDriver(this.#thread, this.#turns)
  }

  override createAdapter(): TransactionalAdapter {
    return new TransactionalAdapter()
  }
}

class ThreadDriver implements Driver {
  readonly #thread: SqlThread
  readonly #turns: ConnectionLock
  readonly #taken = new WeakMap<DatabaseConnection, () => void>()

  constructor(thread: SqlThread, turns: ConnectionLock) {
    this.#thread = thread
    this.#turns = turns
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const release = await this.#turns.take()
    const connection = new ThreadConnection(this.#thread)
    this.#taken.set(connection, release)
    return connection
  }

  /** Writers take the lock at the start: upgrading a read to a write fails once another process wrote. */
  async beginTransaction(
    connection: DatabaseConnection,
    settings: TransactionSettings,
  ): Promise<void> {
    const readOnly = settings.accessMode === 'read only'
    await connection.executeQuery(Query.raw(readOnly ? 'begin' : 'begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Query.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(Query.raw('rollback'))
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#taken.get(connection)?.()
    this.#taken.delete(connection)
  }

  destroy(): Promise<void> {
    return this.#thread.close()
  }
}

class ThreadConnection implements DatabaseConnection {
  readonly #thread: SqlThread

  constructor(thread: SqlThread) {
    this.#thread = thread
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const [first] = parameters
    const bulk = first instanceof BulkRows ? first : null
    const { rows, changes, lastInsertRowid, written } = await this.#thread.execute({
      text: sql,
      parameters: bulk === null ? parameters : [],
      bulkRows: bulk?.rows ?? null,
    })
    for (const at of written) {
      const row = bulk?.rows[at]
      if (row !== undefined) bulk?.written.push(row)
    }
    if (changes === null) return { rows: rows as Row[] }
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  // biome-ignore lint/correctness/useYield: nothing here streams rows, and Kysely asks for the method.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows of the embedded store are read in pages, not as a stream')
  }
}
