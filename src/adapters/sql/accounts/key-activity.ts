/** When proxy keys were last used and last refused. */
import type { Kysely } from 'kysely'
import type { KeyUse } from '../../../access/key-activity.ts'
import type { AdminStore } from '../../../admin/store.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import { inTransaction } from '../in-transaction.ts'
import type { Tables } from '../schema/schema.ts'
import { timeOrNull } from '../values.ts'

type Activity = Pick<AdminStore, 'keyActivity' | 'recordKeyActivity'>

/** Rows of one statement: databases bound the number of its parameters. */
const ROWS = 500

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
        // Records are deleted after a while, and the row lags by a second.
        lastUsedMs: timeOrNull('started_at', used?.started_at ?? row?.last_used_at ?? null),
        lastRefusedMs: timeOrNull('last_refused_at', row?.last_refused_at ?? null),
        lastRefusal: row?.last_refusal ?? null,
        lastRefusedAddress: row?.last_refused_address ?? null,
      }
    },
    recordKeyActivity: async ({ refusals, uses }) => {
      if (refusals.length === 0 && uses.length === 0) return
      await inTransaction(db, async (step) => {
        await recordUses(step, uses)
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
      })
    },
  }
}

/** In the order of the keys, so that two instances never wait for each other's rows. An older time changes nothing. */
async function recordUses(step: Kysely<Tables>, uses: readonly KeyUse[]): Promise<void> {
  const rows = uses
    .toSorted((one, other) => one.keyId - other.keyId)
    .map(({ keyId, atMs }) => ({ api_key_id: keyId, last_used_at: isoTime(atMs) }))
  for (let at = 0; at < rows.length; at += ROWS)
    await step
      .insertInto('api_key_activity')
      .values(rows.slice(at, at + ROWS))
      .onConflict((conflict) =>
        conflict
          .column('api_key_id')
          .doUpdateSet({ last_used_at: (row) => row.ref('excluded.last_used_at') })
          .where((row) =>
            row.or([
              row('api_key_activity.last_used_at', 'is', null),
              row('api_key_activity.last_used_at', '<', row.ref('excluded.last_used_at')),
            ]),
          ),
      )
      .execute()
}
