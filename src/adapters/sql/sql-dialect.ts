/** The few SQL differences between SQLite and PostgreSQL. */
import { type ColumnBuilderCallback, type RawBuilder, sql } from 'kysely'
import { type RunBulk, runBulkOnPostgres, runBulkOnSqlite } from './usage/bulk-statement.ts'

export interface DialectWords {
  name: 'SQLite' | 'PostgreSQL'
  /** An auto-increment id that is never reused. */
  id: ColumnBuilderCallback
  /** So that INSERTs written by hand get the same time format as ours. */
  now: RawBuilder<unknown>
  runBulk: RunBulk
  /** Keeps other transactions from storing records until this one ends; null if every write transaction does. */
  keepStoringOut: RawBuilder<unknown> | null
  /**
   * Lets the transaction wait until no other change is under way: what a change has read, such as a version or the
   * number of admins, must still be so when it writes. Null if only one transaction can write.
   */
  oneChangeAtOnce: RawBuilder<unknown> | null
  /** Ends a SELECT of rows to change, so that it leaves out those that others hold; null if only one can write. */
  skipLocked: RawBuilder<unknown> | null
  /**
   * Joins each range of a list to the rows of a table in it, by the table's index. PostgreSQL would read the whole
   * table for a plain join, because it can't estimate how few rows such ranges have.
   */
  joinInRange(table: string, isInRange: RawBuilder<unknown>): RawBuilder<unknown>
}

export const SQLITE: DialectWords = {
  name: 'SQLite',
  id: (column) => column.primaryKey().autoIncrement(),
  now: sql`(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))`,
  runBulk: runBulkOnSqlite,
  keepStoringOut: null,
  oneChangeAtOnce: null,
  skipLocked: null,
  joinInRange: (table, isInRange) => sql`join ${sql.table(table)} on ${isInRange}`,
}

export const POSTGRES: DialectWords = {
  name: 'PostgreSQL',
  id: (column) => column.primaryKey().generatedByDefaultAsIdentity(),
  now: sql`to_char(now() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  runBulk: runBulkOnPostgres,
  // Storing starts with the records; taking row locks after them instead would end in a deadlock.
  keepStoringOut: sql`lock table usage_records in share mode`,
  // Any number that nothing else locks by; the lock ends with the transaction.
  oneChangeAtOnce: sql`select pg_advisory_xact_lock(7205759403793)`,
  skipLocked: sql`for update skip locked`,
  // The offset keeps it from being merged into a plain join.
  joinInRange: (table, isInRange) =>
    sql`cross join lateral (select * from ${sql.table(table)} where ${isInRange} offset 0) as found`,
}
