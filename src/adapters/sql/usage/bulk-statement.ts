/** One statement for many rows, compiled once: building it per row cost four times as much as running it. */
import { CompiledQuery, type QueryExecutorProvider } from 'kysely'
import { storable } from '../values.ts'
import { type BulkRow, BulkRows } from './bulk-rows.ts'

/** Any number that nothing else in the database locks by. */
const STORING_ELSEWHERE = 7_246_893_150_421

/** A table's columns with their PostgreSQL types, in the order of the rows' values. */
export type BulkColumns = Readonly<Record<string, string>>

export interface BulkStatement {
  table: string
  columns: BulkColumns
  /** The columns that identify a row; none means any unique key. */
  key: readonly string[]
  /** Columns added to an existing row; if empty, an existing row stays unchanged. */
  added: readonly string[]
  /**
   * For a table that PostgreSQL may keep in partitions, each of which has its own unique key: whether this row may have
   * the key of one in another partition.
   */
  mayBeElsewhere?: (row: BulkRow) => boolean
}

/** Runs a statement for all rows within `step`'s transaction; returns the first column of each row written. */
export type RunBulk = (
  step: QueryExecutorProvider & { executeQuery: ExecuteQuery },
  statement: BulkStatement,
  rows: readonly BulkRow[],
) => Promise<readonly unknown[]>

type ExecuteQuery = (
  query: CompiledQuery<Record<string, unknown>>,
) => Promise<{ rows: Record<string, unknown>[] }>

/**
 * SQLite: one prepared statement, run once per row without a query builder, and without RETURNING, which cost
 * half as much again as writing the row.
 */
export const runBulkOnSqlite: RunBulk = async (step, statement, rows) => {
  if (rows.length === 0) return []
  const text = textOnce(statement, 'sqlite', () => {
    const places = Object.keys(statement.columns).map(() => '?')
    return insertText(statement, `values (${places.join(', ')})`)
  })
  const given = new BulkRows(rows)
  await step.executeQuery(CompiledQuery.raw(text, [given]))
  return given.written.map(([first]) => first)
}

/**
 * PostgreSQL: one statement for all rows, sent as one JSON text of arrays, because with objects the names would
 * be most of it. It reports which rows were written only if some were not.
 */
export const runBulkOnPostgres: RunBulk = async (step, statement, given) => {
  const rows = await withoutThoseElsewhere(step, statement, given)
  if (rows.length === 0) return []
  const text = textOnce(statement, 'postgres', () => postgresText(statement))
  const { rows: answer } = await step.executeQuery(
    CompiledQuery.raw(text, [jsonOf(rows), rows.length]),
  )
  const some = answer[0]?.written as unknown[] | null | undefined
  return some ?? rows.map(([first]) => first)
}

/** The lock, held until the transaction ends, keeps two instances from storing the same row in two partitions. */
async function withoutThoseElsewhere(
  step: { executeQuery: ExecuteQuery },
  { table, columns, mayBeElsewhere }: BulkStatement,
  rows: readonly BulkRow[],
): Promise<readonly BulkRow[]> {
  const keyOf = ([key]: BulkRow) => storable(String(key))
  const ids = mayBeElsewhere === undefined ? [] : rows.filter(mayBeElsewhere).map(keyOf)
  if (ids.length === 0) return rows
  const [key = ''] = Object.keys(columns)
  await step.executeQuery(
    CompiledQuery.raw('select pg_advisory_xact_lock($1)', [STORING_ELSEWHERE]),
  )
  const { rows: stored } = await step.executeQuery(
    CompiledQuery.raw(`select ${key} as id from ${table} where ${key} = any($1::text[])`, [ids]),
  )
  const known = new Set(stored.map(({ id }) => id))
  return rows.filter((row) => !known.has(keyOf(row)))
}

function postgresText(statement: BulkStatement): string {
  const fields = Object.entries(statement.columns).map(
    ([name, type], at) => `(given->>${at})::${type} as ${name}`,
  )
  const source = `select ${fields.join(', ')} from jsonb_array_elements(($1)::jsonb) as given`
  const [first = ''] = Object.keys(statement.columns)
  return [
    `with written as (${insertText(statement, source)} returning ${statement.table}.${first} as id)`,
    `select case when count(*) < ($2)::bigint then coalesce(json_agg(id), '[]'::json) end as written from written`,
  ].join(' ')
}

/** JSON escapes what PostgreSQL can't store; texts are only cleaned if they may contain such an escape. */
const MAYBE_NOT_STORABLE = /\\u(?:0000|d[89a-f])/i

function jsonOf(rows: readonly BulkRow[]): string {
  const text = JSON.stringify(rows)
  if (!MAYBE_NOT_STORABLE.test(text)) return text
  return JSON.stringify(rows.map((row) => row.map(kept)))
}

function kept(value: BulkRow[number]): BulkRow[number] {
  return typeof value === 'string' ? storable(value) : value
}

const texts = new WeakMap<BulkStatement, Map<string, string>>()

function textOnce(statement: BulkStatement, dialect: string, make: () => string): string {
  const known = texts.get(statement) ?? new Map<string, string>()
  texts.set(statement, known)
  const text = known.get(dialect) ?? make()
  known.set(dialect, text)
  return text
}

/** The names are ours, never a client's, so they are inserted without quoting. */
function insertText({ table, columns, key, added }: BulkStatement, source: string): string {
  const adding = added.map((name) => `${name} = ${table}.${name} + excluded.${name}`)
  const conflict = adding.length === 0 ? 'nothing' : `update set ${adding.join(', ')}`
  return [
    `insert into ${table} (${Object.keys(columns).join(', ')}) ${source}`,
    `on conflict ${key.length === 0 ? '' : `(${key.join(', ')})`} do ${conflict}`,
  ].join(' ')
}
