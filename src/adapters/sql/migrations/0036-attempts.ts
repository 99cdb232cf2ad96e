/**
 * Migration 36: how often each upstream key was asked, by half hour. A record names the key that answered, so the
 * attempts before it are in no other total. Counted from this migration on: only the last day is shown.
 */
import type { Migration } from 'kysely'

export const attemptTotals: Migration = {
  async up(db) {
    await db.schema
      .createTable('usage_attempts')
      .addColumn('slot', 'text', (column) => column.notNull())
      .addColumn('upstream_key_id', 'integer', (column) => column.notNull())
      .addColumn('attempts', 'bigint', (column) => column.notNull().defaultTo(0))
      .addColumn('failures', 'bigint', (column) => column.notNull().defaultTo(0))
      .addPrimaryKeyConstraint('usage_attempts_key', ['slot', 'upstream_key_id'])
      .execute()
  },
}
