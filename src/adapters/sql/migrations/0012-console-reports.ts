/**
 * Migration 12: half-hour rollups, from which the days of any time zone are derived; time to first token as
 * histograms that can be merged; and names of deleted users and keys.
 */
import { type Kysely, type Migration, sql } from 'kysely'
import type { DialectWords } from '../sql-dialect.ts'

const COUNTS = [
  ...['requests', 'errors', 'prompt_tokens', 'completion_tokens', 'total_tokens'],
  ...['cached_tokens', 'reasoning_tokens', 'audio_tokens', 'estimated_requests'],
  'unpriced_requests',
]
const SLOT = `substr(started_at, 1, 14) || case when substr(started_at, 15, 2) < '30' then '00' else '30' end`

async function createSlots(db: Kysely<unknown>): Promise<void> {
  let table = db.schema
    .createTable('usage_slots')
    // The start of the half hour, such as 2026-11-28T12:30.
    .addColumn('slot', 'text', (column) => column.notNull())
    .addColumn('user_id', 'integer', (column) => column.notNull())
    .addColumn('api_key_id', 'integer', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('upstream', 'text', (column) => column.notNull())
  for (const name of COUNTS)
    table = table.addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
  await table
    .addColumn('cost_usd', 'double precision', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('usage_slots_key', [
      'slot',
      'user_id',
      'api_key_id',
      'model',
      'upstream',
    ])
    .execute()
  await db.schema
    .createIndex('usage_slots_user')
    .on('usage_slots')
    .columns(['user_id', 'slot'])
    .execute()
  const sums = [
    'count(*)',
    `sum(case when outcome in ('ok', 'aborted') then 0 else 1 end)`,
    ...COUNTS.slice(2, 8).map((name) => `sum(${name})`),
    'sum(estimated)',
    'sum(case when cost_usd is null then 1 else 0 end)',
    'coalesce(sum(cost_usd), 0)',
  ]
  await sql
    .raw(
      `insert into usage_slots select ${SLOT}, user_id, api_key_id, model, coalesce(upstream, ''), ${sums.join(', ')}
       from usage_records group by 1, 2, 3, 4, 5`,
    )
    .execute(db)
}

async function createLatency(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('usage_latency')
    .addColumn('slot', 'text', (column) => column.notNull())
    .addColumn('upstream', 'text', (column) => column.notNull())
    // See src/usage/latency.ts.
    .addColumn('bucket', 'integer', (column) => column.notNull())
    .addColumn('requests', 'bigint', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('usage_latency_key', ['slot', 'upstream', 'bucket'])
    .execute()
}

/** In triggers, because people also delete rows with SQL. */
async function keepNames(db: Kysely<unknown>, { name }: Pick<DialectWords, 'name'>): Promise<void> {
  await db.schema
    .createTable('past_names')
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', 'integer', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('past_names_key', ['kind', 'id'])
    .execute()
  for (const [table, kind, column] of [
    ['users', 'user', 'username'],
    ['api_keys', 'key', 'name'],
  ] as const) {
    const kept = `insert into past_names (kind, id, name) values ('${kind}', old.id, old.${column})
      on conflict (kind, id) do update set name = excluded.name;`
    if (name === 'SQLite') {
      await sql
        .raw(`create trigger ${table}_keep_name after delete on ${table} begin ${kept} end`)
        .execute(db)
      continue
    }
    await sql
      .raw(
        `create function gpt_proxy_keep_${kind}() returns trigger language plpgsql as
         $$ begin ${kept} return old; end $$`,
      )
      .execute(db)
    await sql
      .raw(
        `create trigger ${table}_keep_name after delete on ${table}
         for each row execute function gpt_proxy_keep_${kind}()`,
      )
      .execute(db)
  }
}

export function consoleReports(words: Pick<DialectWords, 'name'>): Migration {
  return {
    async up(db) {
      await createSlots(db)
      await createLatency(db)
      await keepNames(db, words)
      await db.schema.createIndex('audit_log_at').on('audit_log').column('at').execute()
    },
  }
}
