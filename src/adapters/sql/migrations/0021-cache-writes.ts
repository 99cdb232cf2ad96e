/** Migration 21: tokens written to a vendor's cache, which cost more than others. */
import type { Migration } from 'kysely'

export const cacheWrites: Migration = {
  async up(db) {
    for (const column of ['cache_write_tokens', 'cache_write_1h_tokens'])
      await db.schema
        .alterTable('usage_records')
        .addColumn(column, 'bigint', (added) => added.notNull().defaultTo(0))
        .execute()
  },
}
