/** Finds where a month's rollups differ from its records: each row of each rollup table is recomputed. */
import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Month } from '../../../core/time/month.ts'
import type { SumDifference } from '../../../quota/admin-ledger.ts'
import type { Tables } from '../schema/schema.ts'
import { COARSER, DAILY_TABLE, FIGURES, recordedDaily, type SumTable } from './sum-tables.ts'

/** Summing doubles in another order changes the result slightly. */
const TOLERANCE = '0.000000001'

/** One statement, so one snapshot, whatever is stored concurrently. */
export async function sumDifferences(db: Kysely<Tables>, month: Month): Promise<SumDifference[]> {
  const tables = [DAILY_TABLE, ...COARSER]
  const compared = sql.join(
    tables.map((table) => differingRows(table, month)),
    sql` union all `,
  )
  const { rows } = await sql<Record<string, unknown>>`
    with recorded as (${recordedDaily(month)})
    select found.*, users.username from (${compared}) as found
    left join users on users.id = found.who`.execute(db)
  const inOrder = (name: unknown) => tables.findIndex((table) => table.name === name)
  return rows
    .sort((one, other) => inOrder(one.summed_in) - inOrder(other.summed_in) || byUser(one, other))
    .flatMap(differencesIn)
}

const byUser = (one: Record<string, unknown>, other: Record<string, unknown>) =>
  Number(one.who) - Number(other.who)

/** One row per user with differing rows, with both sides of each of their figures. */
function differingRows({ name, key, figures, ofMonth }: SumTable, month: Month) {
  const keys = Object.keys(key)
  const who = keys.includes('user_id') ? 'user_id' : 'cast(null as integer)'
  const side = (own: 'recorded' | 'summed', columns: readonly string[]) => [
    ...columns,
    ...FIGURES.flatMap((figure) => {
      const value = figures.includes(figure) ? figure : '0'
      return own === 'recorded'
        ? [`${value} as recorded_${figure}`, `0 as summed_${figure}`]
        : ['0', value]
    }),
  ]
  const expressions = Object.entries(key).map(([column, of]) => `${of} as ${column}`)
  const both = FIGURES.flatMap((figure) => [`recorded_${figure}`, `summed_${figure}`])
  return sql`
    select ${sql.lit(name)} as summed_in, who, ${list(FIGURES.map(rowsThatDiffer))}, ${list(both.map(summed))}
    from (
      select ${sql.raw(who)} as who, ${list(both.map(summed))}
      from (
        select ${list(side('recorded', expressions))} from recorded
        union all
        select ${list(side('summed', keys))} from ${sql.table(name)} where ${ofMonth(month)}
      ) as sides group by ${list(keys)}
    ) as compared
    where ${sql.raw(FIGURES.map(differs).join(' or '))} group by who`
}

const list = (parts: readonly string[]): RawBuilder<unknown> => sql.raw(parts.join(', '))
const summed = (column: string) => `sum(${column}) as ${column}`
const rowsThatDiffer = (figure: string) =>
  `sum(case when ${differs(figure)} then 1 else 0 end) as rows_${figure}`

function differs(figure: string): string {
  const [recorded, held] = [`recorded_${figure}`, `summed_${figure}`]
  return figure === 'cost_usd'
    ? `abs(${recorded} - ${held}) > ${TOLERANCE} * (1 + abs(${recorded}) + abs(${held}))`
    : `${recorded} <> ${held}`
}

function differencesIn(row: Record<string, unknown>): SumDifference[] {
  return FIGURES.filter((figure) => Number(row[`rows_${figure}`]) > 0).map((figure) => ({
    table: String(row.summed_in),
    userId: row.who === null ? null : Number(row.who),
    username: row.username === null ? null : String(row.username),
    figure,
    rows: Number(row[`rows_${figure}`]),
    recorded: Number(row[`recorded_${figure}`]),
    summed: Number(row[`summed_${figure}`]),
  }))
}
