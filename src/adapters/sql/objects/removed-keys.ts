/**
 * What was created with an upstream key that was removed and is added again: its row is a new one, but the vendor's
 * account and all that is in it are the same.
 *
 * The table holds two kinds of rows for this. They belong to no user, so no list shows them, and they never move.
 */
import { type Kysely, sql } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import { BATCH_KINDS, type VendorObject } from '../../../passthrough/objects.ts'
import type { Tables } from '../schema/schema.ts'

/** Says which key a digest belonged to. */
const REMOVED_KEY = 'removed_upstream_key'
/** Says at which key something was created that is charged at its end; its id is `KEY:ID`, of the key it is at now. */
const ADOPTED = 'adopted_'
const OWN_KINDS = [REMOVED_KEY, ...BATCH_KINDS.map((kind) => `${ADOPTED}${kind}`)]
const NOBODY = { user_id: 0, api_key_id: 0 }

export async function markRemoved(
  db: Kysely<Tables>,
  digest: string,
  upstreamKeyId: number,
): Promise<void> {
  const mark = { kind: REMOVED_KEY, object_id: digest, upstream_key_id: upstreamKeyId }
  await db
    .insertInto('vendor_objects')
    .values({ ...mark, ...NOBODY, created_at: isoTime(Date.now()) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** The new row has no objects yet. Several removed rows can have had the same secret. */
export async function adoptObjects(
  db: Kysely<Tables>,
  digest: string,
  upstreamKeyId: number,
): Promise<void> {
  const marks = await db
    .deleteFrom('vendor_objects')
    .where('kind', '=', REMOVED_KEY)
    .where('object_id', '=', digest)
    .returning('upstream_key_id')
    .execute()
  if (marks.length === 0) return
  const removed = marks.map(({ upstream_key_id }) => upstream_key_id)
  if (removed.length > 1) await dropTwins(db, removed)
  await keepFirstKeys(db, removed, upstreamKeyId)
  await db
    .updateTable('vendor_objects')
    .set({ upstream_key_id: upstreamKeyId })
    .where('upstream_key_id', 'in', removed)
    .where('kind', 'not in', OWN_KINDS)
    .execute()
}

/** Leaves each object at one of the keys: what is paid for stays so; otherwise the newer one is kept. */
async function dropTwins(db: Kysely<Tables>, removed: readonly number[]): Promise<void> {
  const keys = sql.join(removed)
  await sql`
    delete from vendor_objects
    where upstream_key_id in (${keys}) and kind not in (${sql.join(OWN_KINDS)}) and exists (
      select 1 from vendor_objects twin
      where twin.kind = vendor_objects.kind and twin.object_id = vendor_objects.object_id
        and twin.upstream_key_id in (${keys})
        and (case when twin.closed_at is null then 0 else 1 end, twin.created_at, twin.upstream_key_id)
          > (case when vendor_objects.closed_at is null then 0 else 1 end,
             vendor_objects.created_at, vendor_objects.upstream_key_id)
    )`.execute(db)
}

/**
 * The record of a charge is named after the key that the object was created at. The name must stay: the charge may be
 * under way in this moment, or be made again before a deletion.
 */
async function keepFirstKeys(
  db: Kysely<Tables>,
  removed: readonly number[],
  upstreamKeyId: number,
): Promise<void> {
  await sql`
    insert into vendor_objects (kind, object_id, upstream_key_id, user_id, api_key_id, created_at)
    select ${sql.lit(ADOPTED)} || kind, ${sql.lit(`${upstreamKeyId}:`)} || object_id, coalesce(
      (select first.upstream_key_id from vendor_objects first
        where first.kind = ${sql.lit(ADOPTED)} || vendor_objects.kind
          and first.object_id = vendor_objects.upstream_key_id || ':' || vendor_objects.object_id),
      upstream_key_id), 0, 0, created_at
    from vendor_objects
    where upstream_key_id in (${sql.join(removed)}) and kind in (${sql.join(BATCH_KINDS)})`.execute(
    db,
  )
}

/** See `ObjectStore`. */
export async function firstKeyOf(
  db: Kysely<Tables>,
  { kind, id, upstreamKeyId }: VendorObject,
): Promise<number> {
  const row = await db
    .selectFrom('vendor_objects')
    .select('upstream_key_id')
    .where('kind', '=', `${ADOPTED}${kind}`)
    .where('object_id', '=', `${upstreamKeyId}:${id}`)
    .executeTakeFirst()
  return row?.upstream_key_id ?? upstreamKeyId
}
