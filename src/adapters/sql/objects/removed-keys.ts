/**
 * What was created with an upstream key that was removed and is added again: its row is a new one, but the vendor's
 * account and all that is in it are the same.
 */
import type { Kysely } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { Tables } from '../schema/schema.ts'

/** The kind of a row that says which key a digest belonged to. It belongs to no user, so no list shows it. */
const REMOVED_KEY = 'removed_upstream_key'
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

/** The new row has no objects yet, so that none can be there twice. */
export async function adoptObjects(
  db: Kysely<Tables>,
  digest: string,
  upstreamKeyId: number,
): Promise<void> {
  const marks = await db
    .selectFrom('vendor_objects')
    .select('upstream_key_id')
    .where('kind', '=', REMOVED_KEY)
    .where('object_id', '=', digest)
    .execute()
  if (marks.length === 0) return
  await db
    .deleteFrom('vendor_objects')
    .where('kind', '=', REMOVED_KEY)
    .where('object_id', '=', digest)
    .execute()
  // Each removal ended a row of its own, and what that one had was adopted by the next.
  const last = Math.max(...marks.map(({ upstream_key_id }) => upstream_key_id))
  await db
    .updateTable('vendor_objects')
    .set({ upstream_key_id: upstreamKeyId })
    .where('upstream_key_id', '=', last)
    .where('kind', '!=', REMOVED_KEY)
    .execute()
}
