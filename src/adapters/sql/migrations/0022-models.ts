/** Migration 22: public model names and their targets. */
import { type Kysely, type Migration, sql } from 'kysely'
import type { DialectWords } from '../sql-dialect.ts'

type Schema = Kysely<unknown>
type Words = Pick<DialectWords, 'name' | 'now'>

async function createModels(db: Schema, { now }: Words): Promise<void> {
  await db.schema
    .createTable('models')
    .addColumn('name', 'text', (column) => column.notNull().primaryKey())
    .addColumn('strategy', 'text', (column) =>
      column
        .notNull()
        .defaultTo('priority')
        .check(sql`strategy in ('priority', 'latency', 'sticky')`),
    )
    // JSON objects, and a JSON list of names.
    .addColumn('default_parameters', 'text')
    .addColumn('set_parameters', 'text')
    .addColumn('drop_parameters', 'text')
    .addColumn('first_token_ms', 'integer', (column) => column.check(sql`first_token_ms > 0`))
    .addColumn('fallback_on_filter', 'integer', (column) =>
      column.notNull().defaultTo(0).check(sql`fallback_on_filter in (0, 1)`),
    )
    .addColumn('created_at', 'text', (column) => column.notNull().defaultTo(now))
    .addColumn('updated_at', 'text', (column) => column.notNull().defaultTo(now))
    .execute()
}

async function createTargets(db: Schema): Promise<void> {
  await db.schema
    .createTable('model_targets')
    .addColumn('model', 'text', (column) =>
      column.notNull().references('models.name').onDelete('cascade').onUpdate('cascade'),
    )
    .addColumn('position', 'integer', (column) => column.notNull())
    // A key's name, a prefix followed by *, or a provider; empty: the most specific keys.
    .addColumn('upstream', 'text')
    .addColumn('target_model', 'text', (column) => column.notNull())
    .addColumn('priority', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('weight', 'integer', (column) => column.check(sql`weight >= 0`))
    .addColumn('context_tokens', 'integer', (column) => column.check(sql`context_tokens > 0`))
    .addPrimaryKeyConstraint('model_targets_key', ['model', 'position'])
    .execute()
}

async function tellOfChanges(db: Schema): Promise<void> {
  for (const table of ['models', 'model_targets'])
    await sql`create trigger ${sql.id(`${table}_tell`)}
      after insert or update or delete or truncate on ${sql.table(table)}
      for each statement execute function gpt_proxy_tell()`.execute(db)
}

export function models(words: Words): Migration {
  return {
    async up(db) {
      await createModels(db, words)
      await createTargets(db)
      if (words.name === 'PostgreSQL') await tellOfChanges(db)
    },
  }
}
