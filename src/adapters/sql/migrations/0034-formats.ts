/** Migration 34: the format that an upstream is spoken to in, and keys that accept no loss in translation. */
import { type Kysely, type Migration, sql } from 'kysely'
import type { DialectWords } from '../sql-dialect.ts'

/** Columns whose change instances are notified of (migrations 4, 30 and 32), with the new one. */
const WATCHED = [
  ...['name', 'provider', 'base_url', 'encrypted_key', 'key_hint', 'weight', 'models'],
  ...['deployments', 'headers', 'api_version', 'protocol', 'status', 'failure_count'],
  ...['cooldown_until', 'max_in_flight', 'tags'],
]

async function watchProtocol(db: Kysely<unknown>): Promise<void> {
  const before = sql.raw(WATCHED.map((column) => `old.${column}`).join(', '))
  const after = sql.raw(WATCHED.map((column) => `new.${column}`).join(', '))
  await sql`drop trigger upstream_keys_tell_update on upstream_keys`.execute(db)
  await sql`create trigger upstream_keys_tell_update after update on upstream_keys for each row
    when ((${before}) is distinct from (${after})) execute function gpt_proxy_tell()`.execute(db)
}

export function formats({ name }: Pick<DialectWords, 'name'>): Migration {
  return {
    async up(db) {
      await db.schema
        .alterTable('upstream_keys')
        .addColumn('protocol', 'text', (column) =>
          column.check(sql`protocol in ('chat', 'responses')`),
        )
        .execute()
      await db.schema
        .alterTable('api_keys')
        .addColumn('strict', 'integer', (column) =>
          column.notNull().defaultTo(0).check(sql`strict in (0, 1)`),
        )
        .execute()
      if (name !== 'SQLite') await watchProtocol(db)
    },
  }
}
