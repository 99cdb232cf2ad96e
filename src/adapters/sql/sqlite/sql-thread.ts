/** The thread's side of the SQLite file: one connection, statements run in order of arrival. */
import type { Database } from 'bun:sqlite'
import { StoreError } from '../store-error.ts'
import { type BulkRow, BulkRows } from '../usage/bulk-rows.ts'
import { wrapDatabase } from './statements.ts'

/** One statement, in a form that can be sent to a thread. */
export interface ThreadStatement {
  text: string
  parameters: readonly unknown[]
  /** If set, runs the statement once per row; see BulkRows. */
  bulkRows: readonly BulkRow[] | null
}

export interface ThreadResult {
  rows: unknown[]
  /** Null for a read. */
  changes: number | null
  lastInsertRowid: number | bigint
  /** Indexes of the bulk rows that changed something. */
  written: number[]
}

/** Throws errors that explain the failure: StoreError, or SQLite's own. */
export function createStatementRunner(
  database: Database,
  path: string,
): (statement: ThreadStatement) => ThreadResult {
  const wrapped = wrapDatabase(database, path)
  return ({ text, parameters, bulkRows }) => {
    const statement = wrapped.prepare(text)
    if (statement.reader)
      return { rows: statement.all(parameters), changes: null, lastInsertRowid: 0, written: [] }
    const bulk = bulkRows === null ? null : new BulkRows(bulkRows)
    const { changes, lastInsertRowid } = statement.run(bulk === null ? parameters : [bulk])
    const written = bulk === null ? [] : indexesOf(bulk)
    return { rows: [], changes: Number(changes), lastInsertRowid, written }
  }
}

function indexesOf({ rows, written }: BulkRows): number[] {
  const changed = new Set(written)
  return rows.flatMap((row, at) => (changed.has(row) ? [at] : []))
}

/** An error as plain data: messages between threads drop a class's own fields. */
export interface PortableError {
  message: string
  /** SQLite's code, such as SQLITE_BUSY. */
  code: string | null
  /** Null if it is not a StoreError. */
  remedy: string | null
}

export function toPortable(error: unknown): PortableError {
  const cause = error instanceof StoreError ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null
  const message = error instanceof Error ? error.message : String(error)
  return { message, code, remedy: error instanceof StoreError ? error.remedy : null }
}

export function fromPortable({ message, code, remedy }: PortableError): Error {
  const plain = code === null ? new Error(message) : Object.assign(new Error(message), { code })
  return remedy === null ? plain : new StoreError(message, remedy, { cause: plain })
}
