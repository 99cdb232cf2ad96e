/** Migration 32: headers that every request to an upstream carries, a JSON object; null if there are none. */
import { type Kysely, type Migration, sql } from 'kysely'
import type { DialectWords } from '../sql-dialect.ts'

/** Columns whose change instances are notified of (migrations 4 and 30), with the new one. */
const WATCHED = [
  ...['name', 'provider', 'base_url', 'encrypted_key', 'key_hint', 'weight', 'models'],
  ...['deployments', 'headers', 'api_version', 'status', 'failure_count', 'cooldown_until'],
  ...['max_in_flight', 'tags'],
]

async function watchHeaders(db: Kysely<unknown>): Promise<void> {
  const before = sql.raw(WATCHED.map((column) => `old.${column}`).join(', '))
  const after = sql.raw(WATCHED.map((column) => `new.${column}`).join(', '))
  await sql`drop trigger upstream_keys_tell_update on upstream_keys`.execute(db)
  await sql`create trigger upstream_keys_tell_update after update on upstream_keys for each row
    when ((${before}) is distinct from (${after})) execute function gpt_proxy_tell()`.execute(db)
}

export function upstreamHeaders({ name }: Pick<DialectWords, 'name'>): Migration {
  const isObject =
    name === 'SQLite'
      ? sql`headers is null or case when json_valid(headers) then json_type(headers) = 'object' else 0 end`
      : sql`jsonb_typeof(headers::jsonb) = 'object'`
  return {
    async up(db) {
      await db.schema
        .alterTable('upstream_keys')
        .addColumn('headers', 'text', (column) => column.check(isObject))
        .execute()
      if (name !== 'SQLite') await watchHeaders(db)
    },
  }
}
