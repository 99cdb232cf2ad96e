/** Owners of vendors' objects, in a table that all instances share. */
import type { Expression, ExpressionBuilder, Kysely, Selectable, SqlBool } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import {
  BATCH_KINDS,
  type ChargedKind,
  type ObjectStore,
  type OpenBatch,
  type VendorObject,
} from '../../../passthrough/objects.ts'
import type { Tables, VendorObjectsTable } from '../schema/schema.ts'
import { firstKeyOf } from './removed-keys.ts'

export function createObjectStore(db: Kysely<Tables>): ObjectStore {
  return {
    async remember(objects) {
      if (objects.length === 0) return
      const created_at = isoTime(Date.now())
      await db
        .insertInto('vendor_objects')
        .values(objects.map((object) => ({ ...keyOf(object), ...ownerOf(object), created_at })))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async find(kind, ids) {
      const rows = await db
        .selectFrom('vendor_objects')
        .selectAll()
        .where('kind', '=', kind)
        .where('object_id', 'in', [...ids])
        .orderBy('created_at', 'desc')
        .execute()
      return rows.map(objectIn)
    },
    async keysOf(kind, userId) {
      const rows = await db
        .selectFrom('vendor_objects')
        .select('upstream_key_id')
        .distinct()
        .where('user_id', '=', userId)
        .where('kind', '=', kind)
        .orderBy('upstream_key_id')
        .execute()
      return rows.map(({ upstream_key_id }) => upstream_key_id)
    },
    async forget(object) {
      await db
        .deleteFrom('vendor_objects')
        .where((row) => row.and(keyOf(object)))
        .execute()
    },
    async openBatches(limit, after) {
      const rows = await db
        .selectFrom('vendor_objects')
        .selectAll()
        .where('kind', 'in', BATCH_KINDS)
        .where('closed_at', 'is', null)
        .$if(after !== null, (query) => query.where(isAfter(after as OpenBatch)))
        .orderBy('created_at')
        .orderBy('kind')
        .orderBy('object_id')
        .orderBy('upstream_key_id')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        ...objectIn(row),
        kind: row.kind as ChargedKind,
        createdAtMs: Date.parse(row.created_at),
      }))
    },
    async closeBatch(batch) {
      await db
        .updateTable('vendor_objects')
        .set({ closed_at: isoTime(Date.now()) })
        .where((row) => row.and(keyOf(batch)))
        .execute()
    },
    firstKeyOf: (object) => firstKeyOf(db, object),
  }
}

/** In the order of `openBatches`. */
function isAfter({ createdAtMs, kind, id, upstreamKeyId }: OpenBatch) {
  return ({
    eb,
    refTuple,
    tuple,
  }: ExpressionBuilder<Tables, 'vendor_objects'>): Expression<SqlBool> =>
    eb(
      refTuple('created_at', 'kind', 'object_id', 'upstream_key_id'),
      '>',
      tuple(isoTime(createdAtMs), kind, id, upstreamKeyId),
    )
}

function keyOf({ kind, id, upstreamKeyId }: VendorObject) {
  return { kind, object_id: id, upstream_key_id: upstreamKeyId }
}

function ownerOf({ userId, apiKeyId }: VendorObject) {
  return { user_id: userId, api_key_id: apiKeyId }
}

function objectIn(row: Selectable<VendorObjectsTable>): VendorObject {
  return {
    kind: row.kind,
    id: row.object_id,
    upstreamKeyId: row.upstream_key_id,
    userId: row.user_id,
    apiKeyId: row.api_key_id,
  }
}
