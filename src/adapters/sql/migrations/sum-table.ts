/** Creates a rollup table derived from a finer one and fills it. */
import { type Kysely, sql } from 'kysely'

const COUNTS = [
  'requests',
  'errors',
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'cached_tokens',
  'reasoning_tokens',
  'audio_tokens',
  'estimated_requests',
  'unpriced_requests',
] as const

type Column = readonly [name: string, type: 'text' | 'integer']

export interface CreatedSumTable {
  table: string
  key: readonly Column[]
  /** What the key's first column is in the finer table. */
  period: string
  /** The finer table; `usage_daily` if absent. */
  from?: string
}

export async function createSums(db: Kysely<unknown>, sums: CreatedSumTable): Promise<void> {
  await create(db, sums)
  await sumWhatIsThere(db, sums)
}

async function create(db: Kysely<unknown>, { table, key }: CreatedSumTable): Promise<void> {
  let making = db.schema.createTable(table)
  for (const [name, type] of key)
    making = making.addColumn(name, type, (column) => column.notNull())
  for (const name of COUNTS)
    making = making.addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
  await making
    .addColumn('cost_usd', 'double precision', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint(`${table}_key`, key.map(([name]) => name) as never[])
    .execute()
}

async function sumWhatIsThere(
  db: Kysely<unknown>,
  { table, key, period, from = 'usage_daily' }: CreatedSumTable,
): Promise<void> {
  const [, ...rest] = key.map(([name]) => name)
  const sums = [...COUNTS, 'cost_usd']
  const groups = [period, ...rest].join(', ')
  await sql`insert into ${sql.table(table)} (${sql.raw([...key.map(([name]) => name), ...sums].join(', '))})
    select ${sql.raw(groups)}, ${sql.raw(sums.map((name) => `sum(${name})`).join(', '))}
    from ${sql.table(from)} group by ${sql.raw(groups)}`.execute(db)
}
