/** The few things that SQLite and PostgreSQL say differently. */
import { type ColumnBuilderCallback, type RawBuilder, sql } from 'kysely'
import { type RunBulk, runBulkOnPostgres, runBulkOnSqlite } from './usage/bulk-statement.ts'

export interface DialectWords {
  name: 'SQLite' | 'PostgreSQL'
  /** A number that is never given twice. */
  id: ColumnBuilderCallback
  /** Hand-made INSERTs get the same form of time as ours. */
  now: RawBuilder<unknown>
  runBulk: RunBulk
  /** Until a transaction ends, no other one stores records; null where any transaction that writes does that. */
  keepStoringOut: RawBuilder<unknown> | null
}

export const SQLITE: DialectWords = {
  name: 'SQLite',
  id: (column) => column.primaryKey().autoIncrement(),
  now: sql`(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`,
  runBulk: runBulkOnSqlite,
  keepStoringOut: null,
}

export const POSTGRES: DialectWords = {
  name: 'PostgreSQL',
  id: (column) => column.primaryKey().generatedByDefaultAsIdentity(),
  now: sql`to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  runBulk: runBulkOnPostgres,
  // Storing begins with the records; locks taken row by row behind them would end in a deadlock.
  keepStoringOut: sql`lock table usage_records in share mode`,
}
