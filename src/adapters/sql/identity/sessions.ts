/** Sessions in SQL; only a digest of the cookie's value is stored. */
import type { Kysely, Selectable } from 'kysely'
import type { IdentityStore, SignedInSession } from '../../../access/identity-store.ts'
import type { Session } from '../../../access/session.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import { toUser } from '../accounts/rows.ts'
import type { SessionsTable } from '../schema/identity-tables.ts'
import type { Tables } from '../schema/schema.ts'
import { time } from '../values.ts'

const MAX_LISTED = 500

type Sessions = Pick<
  IdentityStore,
  | 'createSession'
  | 'findSession'
  | 'touchSession'
  | 'listSessions'
  | 'deleteSession'
  | 'deleteSessions'
  | 'deleteExpired'
>

export function createSessionStore(db: Kysely<Tables>): Sessions {
  const withUsers = async (rows: Selectable<SessionsTable>[]): Promise<SignedInSession[]> => {
    const ids = [...new Set(rows.map(({ user_id }) => user_id))]
    if (ids.length === 0) return []
    const users = await db.selectFrom('users').selectAll().where('id', 'in', ids).execute()
    const byId = new Map(users.map((row) => [row.id, toUser(row)]))
    return rows.flatMap((row) => {
      const user = byId.get(row.user_id)
      return user === undefined ? [] : [{ session: toSession(row), user }]
    })
  }

  return {
    async createSession({ tokenHash, userId, nowMs, expiresAtMs, address, userAgent }) {
      const row = await db
        .insertInto('sessions')
        .values({
          token_hash: tokenHash,
          user_id: userId,
          created_at: isoTime(nowMs),
          last_seen_at: isoTime(nowMs),
          expires_at: isoTime(expiresAtMs),
          address,
          user_agent: userAgent,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toSession(row)
    },
    async findSession(tokenHash) {
      const rows = await db
        .selectFrom('sessions')
        .selectAll()
        .where('token_hash', '=', tokenHash)
        .execute()
      return (await withUsers(rows))[0] ?? null
    },
    async touchSession(id, nowMs, expiresAtMs) {
      await db
        .updateTable('sessions')
        .set({ last_seen_at: isoTime(nowMs), expires_at: isoTime(expiresAtMs) })
        .where('id', '=', id)
        .execute()
    },
    async listSessions(userId, nowMs) {
      let select = db
        .selectFrom('sessions')
        .selectAll()
        .where('expires_at', '>', isoTime(nowMs))
        .orderBy('last_seen_at', 'desc')
        .limit(MAX_LISTED)
      if (userId !== null) select = select.where('user_id', '=', userId)
      return withUsers(await select.execute())
    },
    async deleteSession(id, userId) {
      let removal = db.deleteFrom('sessions').where('id', '=', id)
      if (userId !== null) removal = removal.where('user_id', '=', userId)
      return (await removal.executeTakeFirst()).numDeletedRows > 0n
    },
    async deleteSessions(userId, exceptId) {
      let removal = db.deleteFrom('sessions').where('user_id', '=', userId)
      if (exceptId !== null) removal = removal.where('id', '!=', exceptId)
      return Number((await removal.executeTakeFirst()).numDeletedRows)
    },
    async deleteExpired(nowMs) {
      const now = isoTime(nowMs)
      await db.deleteFrom('sessions').where('expires_at', '<=', now).execute()
      await db.deleteFrom('setup_links').where('expires_at', '<=', now).execute()
      const dayAgo = isoTime(nowMs - 86_400_000)
      await db.deleteFrom('creations').where('created_at', '<=', dayAgo).execute()
    },
  }
}

function toSession(row: Selectable<SessionsTable>): Session {
  return {
    id: row.id,
    userId: row.user_id,
    createdAtMs: time('created_at', row.created_at),
    lastSeenAtMs: time('last_seen_at', row.last_seen_at),
    expiresAtMs: time('expires_at', row.expires_at),
    address: row.address,
    userAgent: row.user_agent,
  }
}
