/** Rows of responses that the gateway keeps, and the sealed key that encrypts them. */
import type { Kysely } from 'kysely'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { ResponseRows } from '../../../passthrough/response-store.ts'
import { RESPONSES_KEY } from '../../../upstreams/vault.ts'
import type { Tables } from '../schema/schema.ts'

export function createResponseRows(db: Kysely<Tables>): ResponseRows {
  return {
    async insert({ id, userId, createdAtMs, expiresAtMs, encryptedBody }) {
      await db
        .insertInto('stored_responses')
        .values({
          response_id: id,
          user_id: userId,
          created_at: isoTime(createdAtMs),
          expires_at: isoTime(expiresAtMs),
          encrypted_body: encryptedBody,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    async find(id, userId, nowMs) {
      const row = await db
        .selectFrom('stored_responses')
        .selectAll()
        .where('response_id', '=', id)
        .where('user_id', '=', userId)
        .where('expires_at', '>', isoTime(nowMs))
        .executeTakeFirst()
      if (row === undefined) return null
      return {
        id,
        userId,
        createdAtMs: Date.parse(row.created_at),
        expiresAtMs: Date.parse(row.expires_at),
        encryptedBody: row.encrypted_body,
      }
    },
    async delete(id, userId) {
      const { numDeletedRows } = await db
        .deleteFrom('stored_responses')
        .where('response_id', '=', id)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
    async deleteExpired(nowMs) {
      await db.deleteFrom('stored_responses').where('expires_at', '<=', isoTime(nowMs)).execute()
    },
    async dataKey(fresh) {
      const updated_at = isoTime(Date.now())
      await db
        .insertInto('data_keys')
        .values({ purpose: RESPONSES_KEY, sealed_key: fresh, updated_at })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const { sealed_key } = await db
        .selectFrom('data_keys')
        .select('sealed_key')
        .where('purpose', '=', RESPONSES_KEY)
        .executeTakeFirstOrThrow()
      return sealed_key
    },
  }
}
