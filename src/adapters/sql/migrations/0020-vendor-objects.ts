/** Migration 20: which user created which object at which upstream key. */
import type { Migration } from 'kysely'

/** No foreign keys: an object whose upstream key was removed must report that. */
export const vendorObjects: Migration = {
  async up(db) {
    await db.schema
      .createTable('vendor_objects')
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('object_id', 'text', (column) => column.notNull())
      .addColumn('upstream_key_id', 'integer', (column) => column.notNull())
      .addColumn('user_id', 'integer', (column) => column.notNull())
      .addColumn('api_key_id', 'integer', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      // For a batch: its output has been paid for, or never will be.
      .addColumn('closed_at', 'text')
      .addPrimaryKeyConstraint('vendor_objects_key', ['kind', 'object_id', 'upstream_key_id'])
      .execute()
    await db.schema
      .createIndex('vendor_objects_user')
      .on('vendor_objects')
      .columns(['user_id', 'kind'])
      .execute()
  },
}
