/** Rebuilds a month's rollups from its records. */
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Month } from '../../../core/time/month.ts'
import type { Tables } from '../schema/schema.ts'
import { COARSER, DAILY_TABLE, recordedDaily, type SumTable } from './sum-tables.ts'

/** Needs a transaction that keeps records from being stored; later ones add to these rollups. */
export async function rebuildSums(step: Transaction<Tables>, month: Month): Promise<void> {
  await fill(step, DAILY_TABLE, month, recordedDaily(month))
  for (const table of COARSER) {
    const groups = sql.raw(Object.values(table.key).join(', '))
    const sums = sql.raw(table.figures.map((figure) => `sum(${figure})`).join(', '))
    const folded = sql`select ${groups}, ${sums} from usage_daily
      where ${DAILY_TABLE.ofMonth(month)} group by ${groups}`
    await fill(step, table, month, folded)
  }
}

/** A lease may write its row of `usage_monthly` concurrently; it is then set to the same value. */
async function fill(
  step: Transaction<Tables>,
  { name, key, figures, ofMonth }: SumTable,
  month: Month,
  rows: RawBuilder<unknown>,
): Promise<void> {
  const keys = Object.keys(key).join(', ')
  const replaced = figures.map((figure) => `${figure} = excluded.${figure}`).join(', ')
  await sql`delete from ${sql.table(name)} where ${ofMonth(month)}`.execute(step)
  await sql`insert into ${sql.table(name)} (${sql.raw(`${keys}, ${figures.join(', ')}`)}) ${rows}
    on conflict (${sql.raw(keys)}) do update set ${sql.raw(replaced)}`.execute(step)
}
