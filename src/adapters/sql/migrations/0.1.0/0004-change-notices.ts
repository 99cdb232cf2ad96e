/** Migration 4: PostgreSQL notifies its listeners of every change, by anyone. SQLite keeps its own change counter. */
import { type Kysely, type Migration, sql } from 'kysely'
import type { DialectWords } from '../../sql-dialect.ts'

/** The notification names the table and the connection's application, so that an instance recognizes its own. */
async function createFunction(db: Kysely<unknown>): Promise<void> {
  await sql`create function gpt_proxy_tell() returns trigger language plpgsql as $$
    begin
      perform pg_notify('gpt_proxy_changes',
        tg_table_name || ' ' || coalesce(current_setting('application_name', true), ''));
      return null;
    end $$`.execute(db)
}

async function tellOf(
  db: Kysely<unknown>,
  table: string,
  events: string,
  condition = sql`true`,
): Promise<void> {
  await sql`create trigger ${sql.id(`${table}_tell`)} after ${sql.raw(events)} on ${sql.table(table)}
    for each statement when (${condition}) execute function gpt_proxy_tell()`.execute(db)
}

/** Gateways write these with every batch; changes by anything else are an operator's. */
const BY_HAND = sql`coalesce(current_setting('application_name', true), '') not like 'gpt-proxy serving %'`

/** Request counters change all the time and are not watched. */
const WATCHED = [
  ...['name', 'provider', 'base_url', 'encrypted_key', 'key_hint', 'weight', 'models'],
  ...['deployments', 'api_version', 'status', 'failure_count', 'cooldown_until'],
]

async function tellOfUpstreamKeys(db: Kysely<unknown>): Promise<void> {
  await tellOf(db, 'upstream_keys', 'insert or delete or truncate')
  const before = sql.raw(WATCHED.map((column) => `old.${column}`).join(', '))
  const after = sql.raw(WATCHED.map((column) => `new.${column}`).join(', '))
  await sql`create trigger upstream_keys_tell_update after update on upstream_keys for each row
    when ((${before}) is distinct from (${after})) execute function gpt_proxy_tell()`.execute(db)
}

export function changeNotices({ name }: Pick<DialectWords, 'name'>): Migration {
  return {
    async up(db) {
      if (name === 'SQLite') return
      await createFunction(db)
      for (const table of ['users', 'api_keys'])
        await tellOf(db, table, 'insert or update or delete or truncate')
      await tellOfUpstreamKeys(db)
      for (const table of ['usage_monthly', 'quota_leases'])
        await tellOf(db, table, 'insert or update or delete or truncate', BY_HAND)
    },
  }
}
