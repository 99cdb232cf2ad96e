/** Rows that can't be parsed are listed as malformed, not omitted. */
import type { MalformedRow } from '../admin/store-queries.ts'
import type { CliContext } from './context.ts'

/** `name` is the column that identifies the row to people. */
export function withMalformed<Row extends { id: number }>(
  rows: readonly Row[],
  malformed: readonly MalformedRow[],
  name = 'name',
): object[] {
  const broken = malformed.map((row) => ({
    id: row.id,
    [name]: row.name,
    status: 'malformed',
    problem: row.reason,
    repair: row.repair,
  }))
  return [...rows, ...broken].sort((one, other) => one.id - other.id)
}

export function explainMalformed(context: CliContext, malformed: readonly MalformedRow[]): void {
  for (const { table, id, reason, repair } of malformed) {
    const remedy = repair === null ? 'Correct the row with SQL.' : `To repair it: ${repair}`
    context.writeError(`${table} row ${id} is malformed and not used: ${reason}. ${remedy}\n`)
  }
}
