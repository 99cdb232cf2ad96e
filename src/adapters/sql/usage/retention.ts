/** Single requests are kept for a number of days; their rollups stay. */
import { type Kysely, sql } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { Tables } from '../schema/schema.ts'

/** A few milliseconds of work, after which others get the lock. */
const BATCH = 500

/** Deletes at most a batch of the oldest records before this time; returns how many. */
export async function deleteRecordsBefore(db: Kysely<Tables>, beforeMs: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('usage_records')
    .where('request_id', 'in', (oldest) =>
      oldest
        .selectFrom('usage_records')
        .select('request_id')
        .where('started_at', '<', isoTime(beforeMs))
        .orderBy('started_at')
        .limit(sql.lit(BATCH)),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
