/** Migration 30: caps on concurrent requests, tags, and what a model does with its targets beyond their order. */
import { type Kysely, type Migration, sql } from 'kysely'
import type { DialectWords } from '../sql-dialect.ts'

type Schema = Kysely<unknown>
type Words = Pick<DialectWords, 'name' | 'now'>

const BEFORE = "('priority', 'latency', 'sticky')"
const NOW = "('priority', 'latency', 'cost', 'sticky')"

async function addCaps(db: Schema): Promise<void> {
  // Requests at a time; 0 is unlimited, null the configured default.
  for (const table of ['users', 'api_keys', 'upstream_keys'])
    await db.schema
      .alterTable(table)
      .addColumn('max_in_flight', 'integer', (column) => column.check(sql`max_in_flight >= 0`))
      .execute()
  // Who is served first when requests have to wait; higher values first.
  await db.schema
    .alterTable('api_keys')
    .addColumn('priority', 'integer', (column) =>
      column.notNull().defaultTo(0).check(sql`priority between 0 and 100`),
    )
    .execute()
  // JSON lists of words that the conditions and targets of models name.
  for (const table of ['api_keys', 'upstream_keys'])
    await db.schema.alterTable(table).addColumn('tags', 'text').execute()
}

async function addModelColumns(db: Schema): Promise<void> {
  // What happens when the first token is late: the next target replaces the late one, or runs next to it.
  await db.schema
    .alterTable('models')
    .addColumn('first_token_action', 'text', (column) =>
      column.notNull().defaultTo('replace').check(sql`first_token_action in ('replace', 'hedge')`),
    )
    .execute()
  const targets = () => db.schema.alterTable('model_targets')
  await targets()
    .addColumn('max_in_flight', 'integer', (column) => column.check(sql`max_in_flight >= 0`))
    .execute()
  // A mirror gets a copy of this percentage of the requests, and its answers are dropped.
  await targets()
    .addColumn('mirror_percent', 'integer', (column) =>
      column.check(sql`mirror_percent between 1 and 100`),
    )
    .execute()
  // A JSON list such as ["tag:premium", "max-tokens:4000"]; the target takes requests that meet them all.
  await targets().addColumn('conditions', 'text').execute()
}

/** SQLite can't change a check, so both tables are made again with their rows: one refers to the other. */
async function allowCostOnSqlite(db: Schema): Promise<void> {
  const tables = ['models', 'model_targets']
  const { rows } = await sql<{ name: string; sql: string }>`
    select name, sql from sqlite_master where type = 'table' and name in ('models', 'model_targets')
    order by name desc`.execute(db)
  for (const table of tables)
    await sql`create table ${sql.table(`${table}_kept`)} as select * from ${sql.table(table)}`.execute(
      db,
    )
  for (const table of tables.toReversed()) await sql`drop table ${sql.table(table)}`.execute(db)
  for (const { sql: create } of rows) await sql.raw(create.replace(BEFORE, NOW)).execute(db)
  for (const table of tables) {
    await sql`insert into ${sql.table(table)} select * from ${sql.table(`${table}_kept`)}`.execute(
      db,
    )
    await sql`drop table ${sql.table(`${table}_kept`)}`.execute(db)
  }
}

async function allowCostOnPostgres(db: Schema): Promise<void> {
  await sql`alter table models drop constraint models_strategy_check`.execute(db)
  await sql
    .raw(`alter table models add constraint models_strategy_check check (strategy in ${NOW})`)
    .execute(db)
}

/** Columns of upstream keys whose change instances are notified of (migration 4); the new ones are among them. */
const WATCHED = [
  ...['name', 'provider', 'base_url', 'encrypted_key', 'key_hint', 'weight', 'models'],
  ...['deployments', 'api_version', 'status', 'failure_count', 'cooldown_until'],
  ...['max_in_flight', 'tags'],
]

async function tellOfChanges(db: Schema): Promise<void> {
  const rowOf = (row: 'old' | 'new') =>
    sql.raw(WATCHED.map((column) => `${row}.${column}`).join(', '))
  await sql`drop trigger upstream_keys_tell_update on upstream_keys`.execute(db)
  await sql`create trigger upstream_keys_tell_update after update on upstream_keys for each row
    when ((${rowOf('old')}) is distinct from (${rowOf('new')}))
    execute function gpt_proxy_tell()`.execute(db)
  // Models that go by cost are routed by them.
  await sql`create trigger model_prices_tell after insert or update or delete or truncate on model_prices
    for each statement execute function gpt_proxy_tell()`.execute(db)
}

export function routing({ name }: Words): Migration {
  return {
    async up(db) {
      await addCaps(db)
      await addModelColumns(db)
      if (name === 'SQLite') await allowCostOnSqlite(db)
      else {
        await allowCostOnPostgres(db)
        await tellOfChanges(db)
      }
    },
  }
}
