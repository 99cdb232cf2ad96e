/** One page of a table in id order, read and counted in SQL. */
import { sql } from 'kysely'
import {
  MAX_PAGE_ROWS,
  type MalformedRow,
  type Page,
  type PageQuery,
} from '../../../admin/store-queries.ts'
import { parseRows, type RowProblem } from './rows.ts'

/** One row more than the page, to know whether another page follows. */
export function pageLimit({ limit = MAX_PAGE_ROWS }: PageQuery): number {
  return Math.min(Math.max(1, limit), MAX_PAGE_ROWS)
}

interface PageOf<Row, Entity> {
  table: string
  toEntity: (row: Row) => Entity
  nameOf: (row: Row) => string
  limit: number
  report: (problems: readonly RowProblem[]) => void
}

/** `rows` may hold one more than `limit`. */
export function listed<Row extends { id: number }, Entity>(
  rows: readonly Row[],
  { table, toEntity, nameOf, limit, report }: PageOf<Row, Entity>,
): Page<Entity> {
  const page = rows.slice(0, limit)
  const problems: RowProblem[] = []
  const items = parseRows(table, page, toEntity, problems)
  report(problems)
  const malformed = problems.map((problem): MalformedRow => {
    const row = page.find(({ id }) => id === problem.row)
    return {
      table,
      id: problem.row,
      name: row === undefined ? '' : nameOf(row),
      reason: problem.reason,
      repair: repairOf(problem),
    }
  })
  return { items, malformed, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
}

/** Values that repair a column whatever was meant: the configured default, or the safe state. */
const REPAIRS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  users: { monthly_quota_tokens: 'null', status: "'disabled'", role: "'user'" },
  api_keys: { rpm: 'null', tpm: 'null', status: "'revoked'", expires_at: 'null' },
  upstream_keys: {
    weight: '1',
    status: "'disabled'",
    failure_count: '0',
    total_requests: '0',
    total_errors: '0',
    cooldown_until: 'null',
    models: 'null',
    deployments: 'null',
  },
}

/** The reason starts with the column. */
export function repairOf({ table, row, reason }: RowProblem): string | null {
  const [column = ''] = reason.split(' ')
  const value = REPAIRS[table]?.[column]
  return value === undefined ? null : `update ${table} set ${column} = ${value} where id = ${row};`
}

/** A case-insensitive substring condition, with LIKE's wildcards escaped. */
export function contains(column: string, part: string) {
  const pattern = `%${part.toLowerCase().replaceAll(/[\\%_]/g, (mark) => `\\${mark}`)}%`
  return sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`
}
