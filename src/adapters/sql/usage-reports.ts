/** Reports: the ledger summed by what is asked for. */
import { type Kysely, sql } from 'kysely'
import type { Dimension, UsageQuery, UsageSum } from '../../ports/usage-report.ts'
import { partsOf, SUMS } from './report-parts.ts'
import type { Tables } from './schema.ts'

/** What is grouped by, and its name for people, looked up once the sums are there. */
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
  const named = by.map((name) => `${GROUPS[name].label} as "${name}"`)
  const grouped = by.map((name) => GROUPS[name].column)
  // As a double it is a number from every driver, and exact up to 2^53.
  const summed = Object.entries(SUMS).map(
    ([name, { column }]) => `cast(sum(${column}) as double precision) as "${name}"`,
  )
  const groups = by.map((_, at) => String(at + 1))
  const kept = Object.keys(SUMS).map((name) => `sums."${name}"`)
  const { rows } = await sql<Row>`
    select ${sql.raw([...named, ...kept].join(', '))}
    from (
      select ${sql.raw([...grouped, ...summed].join(', '))}
      from (${sql.join(partsOf(query), sql` union all `)}) as parts
      ${sql.raw(groups.length === 0 ? '' : `group by ${groups.join(', ')}`)}
    ) as sums
    ${sql.raw(by.includes('user') ? 'left join users on users.id = sums.user_id' : '')}
    ${sql.raw(by.includes('key') ? 'left join api_keys on api_keys.id = sums.api_key_id' : '')}
  `.execute(db)
  // Sorted here: databases differ in how they order texts.
  return rows
    .filter(({ requests }) => requests > 0)
    .map((row) => sumOf(by, row))
    .sort((one, other) => inOrder(by, one, other))
}

function sumOf(by: readonly Dimension[], row: Row): UsageSum {
  const group = Object.fromEntries(by.map((name) => [name, row[name] ?? '']))
  const sums = Object.fromEntries(
    Object.keys(SUMS).map((name) => [name, row[name as keyof typeof SUMS]]),
  ) as Omit<UsageSum, 'group'>
  return { group, ...sums, costUsd: row.unpricedRequests === row.requests ? null : row.costUsd }
}

function inOrder(by: readonly Dimension[], one: UsageSum, other: UsageSum): number {
  for (const name of by) {
    const [a = '', b = ''] = [one.group[name], other.group[name]]
    if (a !== b) return a < b ? -1 : 1
  }
  return 0
}
