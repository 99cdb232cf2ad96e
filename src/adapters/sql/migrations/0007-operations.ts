/** Migration 7: which instances run, which upstream keys were removed on purpose, and how proxy keys fare. */
import type { Migration } from 'kysely'

export const operations: Migration = {
  async up(db) {
    await db.schema
      .createTable('instances')
      .addColumn('instance_id', 'text', (column) => column.notNull().primaryKey())
      // JSON list of the ids of all encryption keys that it can open rows with.
      .addColumn('encryption_key_ids', 'text', (column) => column.notNull())
      .addColumn('seen_at', 'text', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('removed_upstream_keys')
      .addColumn('digest', 'text', (column) => column.notNull().primaryKey())
      .execute()
    // Without a foreign key, and apart from api_keys: writing it must not look like a change of the key.
    await db.schema
      .createTable('api_key_activity')
      .addColumn('api_key_id', 'integer', (column) => column.notNull().primaryKey())
      .addColumn('last_used_at', 'text')
      .addColumn('last_refused_at', 'text')
      .addColumn('last_refusal', 'text')
      .addColumn('last_refused_address', 'text')
      .execute()
  },
}
