/**
 * Migration 35: half-hour rollups without users and keys, and times to the first token without upstreams, so that the
 * charts of a month read few rows; and an index of the records that are not `ok` with status 200, so that a list of
 * failures does not search all others.
 */
import { type Kysely, type Migration, sql } from 'kysely'
import { createSums } from './sum-table.ts'

/** Begins with the time, by which lists are ordered; the other columns are those by which lists are filtered. */
const FILTERED = 'started_at, outcome, status, user_id, api_key_id, model, upstream'

async function createFirstToken(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('usage_first_token')
    .addColumn('slot', 'text', (column) => column.notNull())
    // See bucketOf in src/usage/latency.ts.
    .addColumn('bucket', 'integer', (column) => column.notNull())
    .addColumn('requests', 'bigint', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('usage_first_token_key', ['slot', 'bucket'])
    .execute()
  await sql`insert into usage_first_token (slot, bucket, requests)
    select slot, bucket, sum(requests) from usage_latency group by slot, bucket`.execute(db)
}

export const halfHourTotals: Migration = {
  async up(db) {
    await createSums(db, {
      table: 'usage_by_slot',
      key: [
        ['slot', 'text'],
        ['model', 'text'],
        ['upstream', 'text'],
      ],
      period: 'slot',
      from: 'usage_slots',
    })
    await createFirstToken(db)
    await sql
      .raw(
        `create index usage_records_unusual on usage_records (${FILTERED})
         where outcome <> 'ok' or status <> 200`,
      )
      .execute(db)
  },
}
