/** Users and their proxy keys, for the admin use cases. */
import type { Kysely, Updateable } from 'kysely'
import type { AdminStore, UserPatch } from '../../../admin/store.ts'
import { isoTime } from '../../../core/iso-time.ts'
import type { ReportProblems } from '../problem-log.ts'
import type { Tables, UsersTable } from '../schema/schema.ts'
import { isoTimeOrNull, jsonOrNull } from '../values.ts'
import { oneRow, parseRows, type RowProblem, toApiKey, toUser } from './rows.ts'

type AccountAdmin = Pick<
  AdminStore,
  | 'createUser'
  | 'updateUser'
  | 'listUsers'
  | 'findUser'
  | 'createApiKey'
  | 'listApiKeys'
  | 'findApiKey'
  | 'limitApiKey'
  | 'revokeApiKey'
>

export function createAccountAdmin(db: Kysely<Tables>, report: ReportProblems): AccountAdmin {
  return {
    async createUser(user) {
      const row = await db
        .insertInto('users')
        .values({
          username: user.username,
          email: user.email,
          role: user.role,
          monthly_quota_tokens: user.monthlyQuotaTokens,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toUser(row)
    },
    async updateUser(id, patch) {
      const row = await db
        .updateTable('users')
        .set(changedColumns(patch))
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return oneRow('users', row, toUser)
    },
    async listUsers() {
      const problems: RowProblem[] = []
      const rows = await db.selectFrom('users').selectAll().orderBy('id').execute()
      const users = parseRows('users', rows, toUser, problems)
      report(problems)
      return users
    },
    async findUser(username) {
      const row = await db
        .selectFrom('users')
        .selectAll()
        .where('username', '=', username)
        .executeTakeFirst()
      return oneRow('users', row, toUser)
    },

    async createApiKey(key) {
      const row = await db
        .insertInto('api_keys')
        .values({
          user_id: key.userId,
          name: key.name,
          prefix: key.prefix,
          key_hash: key.keyHash,
          allowed_models: jsonOrNull(key.allowedModels),
          rpm: key.rpm,
          tpm: key.tpm,
          expires_at: isoTimeOrNull(key.expiresAtMs),
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toApiKey(row)
    },
    async listApiKeys(userId) {
      const problems: RowProblem[] = []
      let select = db.selectFrom('api_keys').selectAll().orderBy('id')
      if (userId !== null) select = select.where('user_id', '=', userId)
      const keys = parseRows('api_keys', await select.execute(), toApiKey, problems)
      report(problems)
      return keys
    },
    async findApiKey(id) {
      const row = await db
        .selectFrom('api_keys')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst()
      return oneRow('api_keys', row, toApiKey)
    },
    async limitApiKey(id, { rpm, tpm }) {
      const row = await db
        .updateTable('api_keys')
        .set({
          updated_at: isoTime(Date.now()),
          ...(rpm !== undefined && { rpm }),
          ...(tpm !== undefined && { tpm }),
        })
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return oneRow('api_keys', row, toApiKey)
    },
    async revokeApiKey(id) {
      const { numUpdatedRows } = await db
        .updateTable('api_keys')
        .set({ status: 'revoked', updated_at: isoTime(Date.now()) })
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}

function changedColumns(patch: UserPatch): Updateable<UsersTable> {
  return {
    updated_at: isoTime(Date.now()),
    ...(patch.email !== undefined && { email: patch.email }),
    ...(patch.role !== undefined && { role: patch.role }),
    ...(patch.status !== undefined && { status: patch.status }),
    ...(patch.monthlyQuotaTokens !== undefined && {
      monthly_quota_tokens: patch.monthlyQuotaTokens,
    }),
  }
}
