/** Usage reports, grouped by the requested dimensions. */
import { type Kysely, sql } from 'kysely'
import { bySummedField } from '../../../core/units/summed-fields.ts'
import type { Dimension, UsageQuery, UsageSum } from '../../../usage/report.ts'
import type { Tables } from '../schema/schema.ts'
import { reportParts, SUMS } from './report-parts.ts'

/** The grouping column and its display name, looked up after summing. */
const GROUPS: Record<Dimension, { column: string; label: string }> = {
  user: {
    column: 'user_id',
    label: `coalesce(users.username, 'user #' || sums.user_id)`,
  },
  key: {
    column: 'api_key_id',
    label: `coalesce(api_keys.name, 'key') || ' #' || sums.api_key_id`,
  },
  model: { column: 'model', label: 'sums.model' },
  upstream: {
    column: 'upstream',
    label: `case when sums.upstream = '' then '(none)' else sums.upstream end`,
  },
  day: { column: 'day', label: 'sums.day' },
  month: { column: 'month', label: 'sums.month' },
}

type Row = Omit<UsageSum, 'group' | 'costUsd'> & { costUsd: number } & Partial<
    Record<Dimension, string>
  >

export async function summarizeUsage(db: Kysely<Tables>, query: UsageQuery): Promise<UsageSum[]> {
  const { by } = query
  const { selects, isSummed } = reportParts(query)
  const named = by.map((name) => `${GROUPS[name].label} as "${name}"`)
  const grouped = by.map((name) => GROUPS[name].column)
  // Every driver returns a double as a number, exact up to 2^53. Cast before summing, because PostgreSQL sums
  // bigints as numerics, which takes twice as long as the rest of a report.
  const summed = Object.entries(SUMS).map(([name, { column }]) => {
    const amount = `cast(${column} as double precision)`
    return `${isSummed ? amount : `sum(${amount})`} as "${name}"`
  })
  const groups = isSummed ? [] : by.map((_, at) => String(at + 1))
  const kept = Object.keys(SUMS).map((name) => `sums."${name}"`)
  const { rows } = await sql<Row>`
    select ${sql.raw([...named, ...kept].join(', '))}
    from (
      select ${sql.raw([...grouped, ...summed].join(', '))}
      from (${sql.join(selects, sql` union all `)}) as parts
      ${sql.raw(groups.length === 0 ? '' : `group by ${groups.join(', ')}`)}
    ) as sums
    ${sql.raw(by.includes('user') ? 'left join users on users.id = sums.user_id' : '')}
    ${sql.raw(by.includes('key') ? 'left join api_keys on api_keys.id = sums.api_key_id' : '')}
  `.execute(db)
  return inOrder(by, rows)
}

/** Sorted here because databases differ in how they order text. */
function inOrder(by: readonly Dimension[], rows: readonly Row[]): UsageSum[] {
  const used = rows.filter(({ requests }) => requests > 0)
  const places = placesOf(by, used)
  return [...used.keys()]
    .sort((one, other) => (places[one] ?? 0) - (places[other] ?? 0))
    .map((at) => sumOf(by, used[at] as Row))
}

/** One rank per line: among a hundred thousand lines, each text is compared only once. */
function placesOf(by: readonly Dimension[], rows: readonly Row[]): number[] {
  const places = new Array<number>(rows.length).fill(0)
  for (const name of by) {
    const names = [...new Set(rows.map((row) => row[name] ?? ''))].sort()
    const ranks = new Map(names.map((text, rank) => [text, rank]))
    rows.forEach((row, at) => {
      places[at] = (places[at] ?? 0) * names.length + (ranks.get(row[name] ?? '') ?? 0)
    })
  }
  return places
}

function sumOf(by: readonly Dimension[], row: Row): UsageSum {
  const group: Partial<Record<Dimension, string>> = {}
  for (const name of by) group[name] = row[name] ?? ''
  return {
    group,
    requests: row.requests,
    errors: row.errors,
    ...bySummedField((field) => row[field]),
    estimatedRequests: row.estimatedRequests,
    unpricedRequests: row.unpricedRequests,
    costUsd: row.unpricedRequests === row.requests ? null : row.costUsd,
  }
}
