/** Running instances, and upstream keys that were deliberately removed. */

import type { Kysely } from 'kysely'
import type { AdminStore } from '../../admin/store.ts'
import { isoTime } from '../../core/time/iso-time.ts'
import { adoptObjects, markRemoved } from './objects/removed-keys.ts'
import type { Tables } from './schema/schema.ts'
import { textsOrNull, time } from './values.ts'

type Operations = Pick<
  AdminStore,
  | 'announceInstance'
  | 'forgetInstance'
  | 'listInstances'
  | 'rememberRemoval'
  | 'forgetRemoval'
  | 'wasRemoved'
>

export function createOperations(db: Kysely<Tables>): Operations {
  return {
    async announceInstance({ instanceId, encryptionKeyIds, seenAtMs }) {
      const columns = {
        encryption_key_ids: JSON.stringify(encryptionKeyIds),
        seen_at: isoTime(seenAtMs),
      }
      await db
        .insertInto('instances')
        .values({ instance_id: instanceId, ...columns })
        .onConflict((conflict) => conflict.column('instance_id').doUpdateSet(columns))
        .execute()
    },
    async forgetInstance(instanceId) {
      await db.deleteFrom('instances').where('instance_id', '=', instanceId).execute()
    },
    async listInstances(sinceMs) {
      const rows = await db
        .selectFrom('instances')
        .selectAll()
        .where('seen_at', '>=', isoTime(sinceMs))
        .orderBy('instance_id')
        .execute()
      return rows.map((row) => ({
        instanceId: row.instance_id,
        encryptionKeyIds: textsOrNull('encryption_key_ids', row.encryption_key_ids) ?? [],
        seenAtMs: time('seen_at', row.seen_at),
      }))
    },
    async rememberRemoval(digest, upstreamKeyId) {
      await db
        .insertInto('removed_upstream_keys')
        .values({ digest })
        .onConflict((conflict) => conflict.column('digest').doNothing())
        .execute()
      await markRemoved(db, digest, upstreamKeyId)
    },
    async forgetRemoval(digest, upstreamKeyId) {
      await db.deleteFrom('removed_upstream_keys').where('digest', '=', digest).execute()
      await adoptObjects(db, digest, upstreamKeyId)
    },
    async wasRemoved(digest) {
      const row = await db
        .selectFrom('removed_upstream_keys')
        .select('digest')
        .where('digest', '=', digest)
        .executeTakeFirst()
      return row !== undefined
    },
  }
}
