/** Stores sign-in data, idempotent creations, and settings. */
import type { Kysely } from 'kysely'
import type { IdentityStore } from '../../../access/identity-store.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { Tables } from '../schema/schema.ts'
import { time } from '../values.ts'
import { createCredentialStore } from './credentials.ts'
import { createSessionStore } from './sessions.ts'

export function createIdentityStore(db: Kysely<Tables>): IdentityStore {
  return {
    ...createCredentialStore(db),
    ...createSessionStore(db),
    ...createCreations(db),
    ...createSettings(db),
  }
}

function createCreations(
  db: Kysely<Tables>,
): Pick<IdentityStore, 'beginCreation' | 'findCreation' | 'finishCreation' | 'forgetCreation'> {
  return {
    async beginCreation({ userId, key, requestHash, createdAtMs }) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('creations')
        .values({
          user_id: userId,
          idempotency_key: key,
          request_hash: requestHash,
          result: null,
          created_at: isoTime(createdAtMs),
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return (numInsertedOrUpdatedRows ?? 0n) > 0n
    },
    async findCreation(userId, key) {
      const row = await db
        .selectFrom('creations')
        .selectAll()
        .where('user_id', '=', userId)
        .where('idempotency_key', '=', key)
        .executeTakeFirst()
      if (row === undefined) return null
      const { request_hash: requestHash, result, created_at } = row
      return { userId, key, requestHash, result, createdAtMs: time('created_at', created_at) }
    },
    async finishCreation(userId, key, result) {
      await db
        .updateTable('creations')
        .set({ result })
        .where('user_id', '=', userId)
        .where('idempotency_key', '=', key)
        .execute()
    },
    async forgetCreation(userId, key) {
      await db
        .deleteFrom('creations')
        .where('user_id', '=', userId)
        .where('idempotency_key', '=', key)
        .execute()
    },
  }
}

function createSettings(
  db: Kysely<Tables>,
): Pick<IdentityStore, 'readSetting' | 'writeSetting' | 'settingOr'> {
  const read = async (name: string): Promise<string | null> => {
    const row = await db
      .selectFrom('settings')
      .select('value')
      .where('name', '=', name)
      .executeTakeFirst()
    return row?.value ?? null
  }
  return {
    readSetting: read,
    async writeSetting(name, value) {
      if (value === null) {
        await db.deleteFrom('settings').where('name', '=', name).execute()
        return
      }
      const columns = { value, updated_at: isoTime(Date.now()) }
      await db
        .insertInto('settings')
        .values({ name, ...columns })
        .onConflict((conflict) => conflict.column('name').doUpdateSet(columns))
        .execute()
    },
    async settingOr(name, value) {
      await db
        .insertInto('settings')
        .values({ name, value })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return (await read(name)) ?? value
    },
  }
}
