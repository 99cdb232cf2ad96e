/** A connection in the form Kysely expects of SQLite, with actionable errors. */
import type { Changes, Database, SQLQueryBindings, Statement } from 'bun:sqlite'
import type { SqliteDatabase, SqliteStatement } from 'kysely'
import { explainSqliteError } from '../store-error.ts'
import { BulkRows } from '../usage/bulk-rows.ts'

export function wrapDatabase(database: Database, path: string): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (text) => explained(path, () => statement(database, text, path)),
  }
}

/** `query` caches the prepared statement, so that a frequent one is prepared once. */
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
