/** The thread's side of the SQLite file: one connection, statements run in order of arrival. */
import type { Database } from 'bun:sqlite'
import { OperatorError } from '../../../core/operator-error.ts'
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

/** Throws errors that explain the failure, or SQLite's own. */
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
  /** Null if it is SQLite's own. */
  explained: Pick<OperatorError, 'kind' | 'remedy' | 'field'> | null
}

export function toPortable(error: unknown): PortableError {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof OperatorError)) return { message, code: codeOf(error), explained: null }
  const { kind, remedy, field } = error
  return { message, code: codeOf(error.cause), explained: { kind, remedy, field } }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null
}

export function fromPortable({ message, code, explained }: PortableError): Error {
  const cause = code === null ? new Error(message) : Object.assign(new Error(message), { code })
  if (explained === null) return cause
  const { kind, remedy, field } = explained
  if (kind === 'store') return new StoreError(message, remedy, { cause })
  return new OperatorError(kind, message, remedy, { cause, field })
}
