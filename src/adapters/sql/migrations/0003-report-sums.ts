/** Migration 3: coarser sums, so that a report over years reads thousands of rows instead of millions. */
import { type Kysely, type Migration, sql } from 'kysely'

type Schema = Kysely<unknown>

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

/** Named apart from `usage_monthly`, whose rows operators delete to give a quota back. */
const TABLES: readonly { table: string; key: readonly Column[]; period: string }[] = [
  {
    table: 'usage_by_month',
    key: [
      ['month', 'text'],
      ['user_id', 'integer'],
      ['api_key_id', 'integer'],
      ['model', 'text'],
      ['upstream', 'text'],
    ],
    period: 'substr(day, 1, 7)',
  },
  {
    table: 'usage_by_day',
    key: [
      ['day', 'text'],
      ['model', 'text'],
      ['upstream', 'text'],
    ],
    period: 'day',
  },
]

async function create(db: Schema, { table, key }: (typeof TABLES)[number]): Promise<void> {
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
  db: Schema,
  { table, key, period }: (typeof TABLES)[number],
): Promise<void> {
  const [, ...rest] = key.map(([name]) => name)
  const sums = [...COUNTS, 'cost_usd']
  const groups = [period, ...rest].join(', ')
  await sql`insert into ${sql.table(table)} (${sql.raw([...key.map(([name]) => name), ...sums].join(', '))})
    select ${sql.raw(groups)}, ${sql.raw(sums.map((name) => `sum(${name})`).join(', '))}
    from usage_daily group by ${sql.raw(groups)}`.execute(db)
}

export const reportSums: Migration = {
  async up(db) {
    for (const table of TABLES) {
      await create(db, table)
      await sumWhatIsThere(db, table)
    }
  },
}
