/** Passwords, second factors, one-time links and identity provider accounts in SQL. */
import { type Kysely, sql } from 'kysely'
import type { IdentityStore, SignInCredentials } from '../../../access/identity-store.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import { oneRow, toUser } from '../accounts/rows.ts'
import type { Tables } from '../schema/schema.ts'

type CredentialStore = Pick<
  IdentityStore,
  | 'readCredentials'
  | 'readSignInWays'
  | 'writeCredentials'
  | 'hasAnyPassword'
  | 'useTotpStep'
  | 'createSetupLink'
  | 'findSetupLink'
  | 'takeSetupLink'
  | 'findLinkedUser'
  | 'linkUser'
  | 'isLinked'
>

export function createCredentialStore(db: Kysely<Tables>): CredentialStore {
  return { ...credentials(db), ...setupLinks(db), ...linkedAccounts(db) }
}

type Part<Names extends keyof CredentialStore> = Pick<CredentialStore, Names>

function credentials(
  db: Kysely<Tables>,
): Part<
  'readCredentials' | 'readSignInWays' | 'writeCredentials' | 'hasAnyPassword' | 'useTotpStep'
> {
  return {
    async readCredentials(userId) {
      const row = await db
        .selectFrom('user_credentials')
        .selectAll()
        .where('user_id', '=', userId)
        .executeTakeFirst()
      if (row === undefined) return null
      return {
        passwordHash: row.password_hash,
        totpSecret: row.totp_secret,
        totpPending: row.totp_pending,
        totpLastStep: row.totp_last_step === null ? null : Number(row.totp_last_step),
      }
    },
    async readSignInWays(userIds) {
      if (userIds.length === 0) return new Map()
      const rows = await db
        .selectFrom('user_credentials')
        .select(['user_id', 'password_hash', 'totp_secret'])
        .where('user_id', 'in', userIds)
        .execute()
      return new Map(
        rows.map((row) => [
          row.user_id,
          { password: row.password_hash !== null, totp: row.totp_secret !== null },
        ]),
      )
    },
    async writeCredentials(userId, patch) {
      const columns = { ...changed(patch), updated_at: isoTime(Date.now()) }
      await db
        .insertInto('user_credentials')
        .values({ user_id: userId, ...columns })
        .onConflict((conflict) => conflict.column('user_id').doUpdateSet(columns))
        .execute()
    },
    async hasAnyPassword() {
      const row = await db
        .selectFrom('user_credentials')
        .select('user_id')
        .where('password_hash', 'is not', null)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    async useTotpStep(userId, step) {
      const { numUpdatedRows } = await db
        .updateTable('user_credentials')
        .set({ totp_last_step: step })
        .where('user_id', '=', userId)
        .where((where) =>
          where.or([where('totp_last_step', 'is', null), where('totp_last_step', '<', step)]),
        )
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}

function setupLinks(
  db: Kysely<Tables>,
): Part<'createSetupLink' | 'findSetupLink' | 'takeSetupLink'> {
  return {
    async createSetupLink(tokenHash, userId, expiresAtMs) {
      // A newer link replaces older ones, which become invalid.
      await db.deleteFrom('setup_links').where('user_id', '=', userId).execute()
      await db
        .insertInto('setup_links')
        .values({ token_hash: tokenHash, user_id: userId, expires_at: isoTime(expiresAtMs) })
        .execute()
    },
    async findSetupLink(tokenHash, nowMs) {
      const row = await db
        .selectFrom('setup_links')
        .select('user_id')
        .where('token_hash', '=', tokenHash)
        .where('expires_at', '>', isoTime(nowMs))
        .executeTakeFirst()
      return row?.user_id ?? null
    },
    async takeSetupLink(tokenHash, nowMs) {
      const row = await db
        .deleteFrom('setup_links')
        .where('token_hash', '=', tokenHash)
        .where('expires_at', '>', isoTime(nowMs))
        .returning('user_id')
        .executeTakeFirst()
      return row?.user_id ?? null
    },
  }
}

function linkedAccounts(db: Kysely<Tables>): Part<'findLinkedUser' | 'isLinked' | 'linkUser'> {
  return {
    async findLinkedUser(issuer, subject) {
      const row = await db
        .selectFrom('linked_accounts')
        .innerJoin('users', 'users.id', 'linked_accounts.user_id')
        .selectAll('users')
        .where('issuer', '=', issuer)
        .where('subject', '=', subject)
        .executeTakeFirst()
      return oneRow('users', row, toUser)
    },
    async isLinked(userId, issuer) {
      const row = await db
        .selectFrom('linked_accounts')
        .select('subject')
        .where('user_id', '=', userId)
        .where('issuer', '=', issuer)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    async linkUser(issuer, subject, userId) {
      await db
        .insertInto('linked_accounts')
        .values({ issuer, subject, user_id: userId })
        .onConflict((conflict) =>
          conflict.columns(['issuer', 'subject']).doUpdateSet({ user_id: sql`excluded.user_id` }),
        )
        .execute()
    },
  }
}

function changed(patch: Partial<SignInCredentials>) {
  return {
    ...(patch.passwordHash !== undefined && { password_hash: patch.passwordHash }),
    ...(patch.totpSecret !== undefined && { totp_secret: patch.totpSecret }),
    ...(patch.totpPending !== undefined && { totp_pending: patch.totpPending }),
    ...(patch.totpLastStep !== undefined && { totp_last_step: patch.totpLastStep }),
  }
}
