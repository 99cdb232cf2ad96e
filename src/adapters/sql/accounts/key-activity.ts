/** When proxy keys were last used and last refused. */
import type { Kysely } from 'kysely'
import type { AdminStore } from '../../../admin/store.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import { inTransaction } from '../in-transaction.ts'
import type { Tables } from '../schema/schema.ts'
import { timeOrNull } from '../values.ts'

type Activity = Pick<AdminStore, 'keyActivity' | 'recordRefusals'>

export function createKeyActivityRows(db: Kysely<Tables>): Activity {
  return {
    async keyActivity({ id, userId }) {
      // Uses the index on users and times.
      const used = await db
        .selectFrom('usage_records')
        .select('started_at')
        .where('user_id', '=', userId)
        .where('api_key_id', '=', id)
        .orderBy('started_at', 'desc')
        .limit(1)
        .executeTakeFirst()
      const row = await db
        .selectFrom('api_key_activity')
        .selectAll()
        .where('api_key_id', '=', id)
        .executeTakeFirst()
      return {
        lastUsedMs: timeOrNull('started_at', used?.started_at ?? null),
        lastRefusedMs: timeOrNull('last_refused_at', row?.last_refused_at ?? null),
        lastRefusal: row?.last_refusal ?? null,
        lastRefusedAddress: row?.last_refused_address ?? null,
      }
    },
    recordRefusals: (refusals) =>
      inTransaction(db, async (step) => {
        for (const { keyId, reason, address, atMs } of refusals) {
          const columns = {
            last_refused_at: isoTime(atMs),
            last_refusal: reason,
            last_refused_address: address,
          }
          await step
            .insertInto('api_key_activity')
            .values({ api_key_id: keyId, ...columns })
            .onConflict((conflict) => conflict.column('api_key_id').doUpdateSet(columns))
            .execute()
        }
      }),
  }
}
