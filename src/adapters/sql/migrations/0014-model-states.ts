/** Migration 14: the state of each model at each provider key. Resetting a key in SQL also resets its models. */
import { type Kysely, type Migration, sql } from 'kysely'
import type { DialectWords } from '../sql-dialect.ts'

type Schema = Kysely<unknown>

async function createModelStates(db: Schema, { now }: Pick<DialectWords, 'now'>): Promise<void> {
  await db.schema
    .createTable('upstream_model_states')
    .addColumn('upstream_key_id', 'integer', (column) =>
      column.notNull().references('upstream_keys.id').onDelete('cascade'),
    )
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) =>
      column.notNull().check(sql`status in ('cooldown', 'degraded', 'limited', 'missing')`),
    )
    .addColumn('failure_count', 'integer', (column) =>
      column.notNull().defaultTo(0).check(sql`failure_count >= 0`),
    )
    .addColumn('cooldown_until', 'text', (column) => column.notNull())
    .addColumn('last_error', 'text')
    .addColumn('updated_at', 'text', (column) => column.notNull().defaultTo(now))
    .addPrimaryKeyConstraint('upstream_model_states_key', ['upstream_key_id', 'model'])
    .execute()
}

/**
 * The gateway's own statements change `updated_at` along with these columns; an operator's `UPDATE upstream_keys
 * SET status='healthy', failure_count=0, cooldown_until=NULL` does not.
 */
const RESET_BY_HAND = `new.status = 'healthy' and new.failure_count = 0 and new.cooldown_until is null`
const RESET_COLUMNS = 'status, failure_count, cooldown_until'

async function resetModelsOnSqlite(db: Schema): Promise<void> {
  await sql`create trigger upstream_keys_reset after update of ${sql.raw(RESET_COLUMNS)} on upstream_keys
    when ${sql.raw(RESET_BY_HAND)} and new.updated_at is old.updated_at
    begin delete from upstream_model_states where upstream_key_id = new.id; end`.execute(db)
}

async function resetModelsOnPostgres(db: Schema): Promise<void> {
  await sql`create function gpt_proxy_reset_models() returns trigger language plpgsql as $$
    begin
      delete from upstream_model_states where upstream_key_id = new.id;
      return null;
    end $$`.execute(db)
  await sql`create trigger upstream_keys_reset after update of ${sql.raw(RESET_COLUMNS)} on upstream_keys
    for each row when (${sql.raw(RESET_BY_HAND)} and new.updated_at is not distinct from old.updated_at)
    execute function gpt_proxy_reset_models()`.execute(db)
  await sql`create trigger upstream_model_states_tell
    after insert or update or delete or truncate on upstream_model_states
    for each statement execute function gpt_proxy_tell()`.execute(db)
}

export function modelStates(words: Pick<DialectWords, 'name' | 'now'>): Migration {
  return {
    async up(db) {
      await createModelStates(db, words)
      if (words.name === 'SQLite') await resetModelsOnSqlite(db)
      else await resetModelsOnPostgres(db)
    },
  }
}
