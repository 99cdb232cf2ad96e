/** The gateway's own time before a request is first sent, by half hour. */
import type { Migration } from 'kysely'

export const gatewayOverhead: Migration = {
  async up(db) {
    await db.schema
      .createTable('usage_overhead')
      .addColumn('slot', 'text', (column) => column.notNull())
      // See overheadBucketOf in src/usage/latency.ts.
      .addColumn('bucket', 'integer', (column) => column.notNull())
      .addColumn('requests', 'bigint', (column) => column.notNull().defaultTo(0))
      .addPrimaryKeyConstraint('usage_overhead_key', ['slot', 'bucket'])
      .execute()
  },
}
