/** The five rollup tables: how each groups the records and what it sums. */
import { type RawBuilder, sql } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import { type Month, monthStartMs, monthText, nextMonthStartMs } from '../../../core/time/month.ts'
import { QUOTA_TOKEN_FIELDS, tokenColumn } from '../../../core/token-kinds.ts'
import { bySummedColumn, summedColumn } from '../../../core/units/summed-fields.ts'

export interface SumTable {
  name: string
  /** Maps each key column to an expression over `usage_daily`. */
  key: Readonly<Record<string, string>>
  figures: readonly string[]
  ofMonth(month: Month): RawBuilder<unknown>
}

/**
 * Each figure over a group of `usage_records`: independent of the code that updates the rollups, because it
 * checks them.
 */
const OF_RECORDS: Readonly<Record<string, string>> = {
  requests: 'count(*)',
  errors: `sum(case when outcome in ('ok', 'aborted') then 0 else 1 end)`,
  ...bySummedColumn((field) => `sum(${summedColumn(field)})`),
  estimated_requests: 'sum(estimated)',
  unpriced_requests: 'sum(case when cost_usd is null then 1 else 0 end)',
  cost_usd: 'coalesce(sum(cost_usd), 0)',
}
export const FIGURES = Object.keys(OF_RECORDS)

const same = (...columns: string[]) => Object.fromEntries(columns.map((column) => [column, column]))
const days = (month: Month) =>
  sql`day >= ${`${monthText(month)}-`} and day < ${`${monthText(month)}-99`}`

/** The finest; all others can be derived from it. */
export const DAILY_TABLE: SumTable = {
  name: 'usage_daily',
  key: same('day', 'user_id', 'api_key_id', 'model', 'upstream'),
  figures: FIGURES,
  ofMonth: days,
}
export const COARSER: readonly SumTable[] = [
  {
    name: 'usage_by_day',
    key: same('day', 'model', 'upstream'),
    figures: FIGURES,
    ofMonth: days,
  },
  { name: 'usage_by_user', key: same('day', 'user_id'), figures: FIGURES, ofMonth: days },
  {
    name: 'usage_by_month',
    key: { month: 'substr(day, 1, 7)', ...same('user_id', 'api_key_id', 'model', 'upstream') },
    figures: FIGURES,
    ofMonth: (month) => sql`month = ${monthText(month)}`,
  },
  {
    name: 'usage_monthly',
    key: {
      user_id: 'user_id',
      year: 'cast(substr(day, 1, 4) as integer)',
      month: 'cast(substr(day, 6, 2) as integer)',
    },
    figures: [
      ...QUOTA_TOKEN_FIELDS.map(tokenColumn),
      ...['requests', 'unpriced_requests', 'cost_usd'],
    ],
    ofMonth: ({ year, month }) => sql`year = ${year} and month = ${month}`,
  },
]

/** The month's records grouped like `usage_daily`, as that table should hold them. */
export function recordedDaily(month: Month): RawBuilder<unknown> {
  // Times are text in one format, so they sort chronologically.
  const [from, until] = [isoTime(monthStartMs(month)), isoTime(nextMonthStartMs(month))]
  const groups = `substr(started_at, 1, 10), user_id, api_key_id, model, coalesce(upstream, '')`
  const keyed = `substr(started_at, 1, 10) as day, user_id, api_key_id, model, coalesce(upstream, '') as upstream`
  const figures = FIGURES.map((figure) => `${OF_RECORDS[figure]} as ${figure}`).join(', ')
  return sql`select ${sql.raw(keyed)}, ${sql.raw(figures)} from usage_records
    where started_at >= ${from} and started_at < ${until} group by ${sql.raw(groups)}`
}
