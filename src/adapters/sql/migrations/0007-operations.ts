/** Migration 7: running instances, deliberately removed upstream keys, and the activity of proxy keys. */
import type { Migration } from 'kysely'

export const operations: Migration = {
  async up(db) {
    await db.schema
      .createTable('instances')
      .addColumn('instance_id', 'text', (column) => column.notNull().primaryKey())
      // JSON list of the ids of all encryption keys the instance can open rows with.
      .addColumn('encryption_key_ids', 'text', (column) => column.notNull())
      .addColumn('seen_at', 'text', (column) => column.notNull())
      .execute()
    await db.schema
      .createTable('removed_upstream_keys')
      .addColumn('digest', 'text', (column) => column.notNull().primaryKey())
      .execute()
    // No foreign key, and separate from api_keys: writing it must not look like a change to the key.
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
