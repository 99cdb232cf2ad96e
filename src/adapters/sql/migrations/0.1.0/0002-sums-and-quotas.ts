/** Migration 2: daily and monthly rollups, quota leases, and prices set by the operator. */
import { type Kysely, type Migration, sql } from 'kysely'

type Schema = Kysely<unknown>

const SUMS = [
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

const MONTHLY_SUMS = [
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'requests',
  'unpriced_requests',
] as const

/** Earlier records had no reservation and did not separate input audio from output audio. */
async function widenUsageRecords(db: Schema): Promise<void> {
  for (const column of ['audio_output_tokens', 'reserved_tokens']) {
    await db.schema
      .alterTable('usage_records')
      .addColumn(column, 'bigint', (kind) => kind.notNull().defaultTo(0))
      .execute()
  }
}

/** No foreign keys, like the ledger itself. `upstream` is empty if none was reached. */
async function createUsageDaily(db: Schema): Promise<void> {
  let table = db.schema
    .createTable('usage_daily')
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('user_id', 'integer', (column) => column.notNull())
    .addColumn('api_key_id', 'integer', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('upstream', 'text', (column) => column.notNull().defaultTo(''))
  for (const sum of SUMS)
    table = table.addColumn(sum, 'bigint', (column) => column.notNull().defaultTo(0))
  await table
    .addColumn('cost_usd', 'double precision', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('usage_daily_key', [
      'day',
      'user_id',
      'api_key_id',
      'model',
      'upstream',
    ])
    .execute()
}

async function createUsageMonthly(db: Schema): Promise<void> {
  let table = db.schema
    .createTable('usage_monthly')
    .addColumn('user_id', 'integer', (column) => column.notNull())
    .addColumn('year', 'integer', (column) => column.notNull())
    .addColumn('month', 'integer', (column) => column.notNull())
  for (const sum of MONTHLY_SUMS)
    table = table.addColumn(sum, 'bigint', (column) => column.notNull().defaultTo(0))
  await table
    .addColumn('cost_usd', 'double precision', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('usage_monthly_key', ['user_id', 'year', 'month'])
    .execute()
}

/** `tokens` may be negative for a while: an answer was longer than its reservation. */
async function createQuotaLeases(db: Schema): Promise<void> {
  await db.schema
    .createTable('quota_leases')
    .addColumn('user_id', 'integer', (column) => column.notNull())
    .addColumn('year', 'integer', (column) => column.notNull())
    .addColumn('month', 'integer', (column) => column.notNull())
    .addColumn('instance_id', 'text', (column) => column.notNull())
    .addColumn('tokens', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('quota_leases_key', ['user_id', 'year', 'month', 'instance_id'])
    .execute()
}

/** USD per million tokens; null takes the rate of the kind it is part of. */
async function createModelPrices(db: Schema): Promise<void> {
  let table = db.schema
    .createTable('model_prices')
    .addColumn('model', 'text', (column) => column.notNull().primaryKey())
    .addColumn('input_usd', 'double precision', (column) => column.notNull())
    .addColumn('output_usd', 'double precision', (column) => column.notNull())
  for (const rate of ['cached', 'reasoning', 'audio_input', 'audio_output'])
    table = table.addColumn(`${rate}_usd`, 'double precision')
  await table.execute()
}

/** Adds records from before the rollups existed. */
async function sumWhatIsThere(db: Schema): Promise<void> {
  const sums = sql`count(*), sum(case when outcome in ('ok', 'aborted') then 0 else 1 end),
    sum(prompt_tokens), sum(completion_tokens), sum(total_tokens), sum(cached_tokens),
    sum(reasoning_tokens), sum(audio_tokens), sum(estimated),
    sum(case when cost_usd is null then 1 else 0 end), coalesce(sum(cost_usd), 0)`
  await sql`insert into usage_daily (day, user_id, api_key_id, model, upstream, ${sql.raw(SUMS.join(', '))}, cost_usd)
    select substr(started_at, 1, 10), user_id, api_key_id, model, coalesce(upstream, ''), ${sums}
    from usage_records
    group by substr(started_at, 1, 10), user_id, api_key_id, model, coalesce(upstream, '')`.execute(
    db,
  )
  const year = sql`cast(substr(started_at, 1, 4) as integer)`
  const month = sql`cast(substr(started_at, 6, 2) as integer)`
  await sql`insert into usage_monthly (user_id, year, month, ${sql.raw(MONTHLY_SUMS.join(', '))}, cost_usd)
    select user_id, ${year}, ${month}, sum(prompt_tokens), sum(completion_tokens), sum(total_tokens),
      count(*), sum(case when cost_usd is null then 1 else 0 end), coalesce(sum(cost_usd), 0)
    from usage_records group by user_id, ${year}, ${month}`.execute(db)
}

export const sumsAndQuotas: Migration = {
  async up(db) {
    await widenUsageRecords(db)
    await createUsageDaily(db)
    await createUsageMonthly(db)
    await createQuotaLeases(db)
    await createModelPrices(db)
    await sumWhatIsThere(db)
  },
}
