/** Single requests are kept for a number of days; their rollups stay. */
import { type Kysely, sql } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { Tables } from '../schema/schema.ts'
import type { DialectWords } from '../sql-dialect.ts'

/** A few milliseconds of work, after which others get the lock. */
const BATCH = 500

/**
 * Deletes at most a batch of the oldest records before this time; returns how many. Several instances may do this at
 * the same time: none waits for another, and none deletes what another is deleting.
 */
export async function deleteRecordsBefore(
  db: Kysely<Tables>,
  beforeMs: number,
  { skipLocked }: Pick<DialectWords, 'skipLocked'>,
): Promise<number> {
  // Named twice, so that on PostgreSQL neither part looks into newer partitions.
  const before = isoTime(beforeMs)
  const { numAffectedRows = 0n } = await sql`
    delete from usage_records where started_at < ${before} and request_id in (
      select request_id from usage_records where started_at < ${before}
      order by started_at limit ${sql.lit(BATCH)} ${skipLocked ?? sql``})`.execute(db)
  return Number(numAffectedRows)
}
