/** Users, for the admin use cases. */
import { type Kysely, sql, type Updateable } from 'kysely'
import type { AdminStore, UserPatch } from '../../../admin/store.ts'
import { SYSTEM_USER_ID } from '../../../core/entities.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import type { ReportProblems } from '../problem-log.ts'
import type { Tables, UsersTable } from '../schema/schema.ts'
import { contains, listed, pageLimit } from './list-page.ts'
import { oneRow, toUser } from './rows.ts'

type UserAdmin = Pick<
  AdminStore,
  | 'createUser'
  | 'updateUser'
  | 'deleteUser'
  | 'listUsers'
  | 'findUser'
  | 'findUserById'
  | 'systemUser'
  | 'countActiveAdmins'
>

export function createUserAdmin(db: Kysely<Tables>, report: ReportProblems): UserAdmin {
  return { ...userReads(db, report), ...userWrites(db) }
}

function userReads(
  db: Kysely<Tables>,
  report: ReportProblems,
): Pick<UserAdmin, 'listUsers' | 'findUser' | 'findUserById' | 'systemUser' | 'countActiveAdmins'> {
  const people = () => db.selectFrom('users').selectAll().where('id', '!=', SYSTEM_USER_ID)
  return {
    async listUsers(query = {}) {
      const { after, search, status, role } = query
      const limit = pageLimit(query)
      let select = people()
        .orderBy('id')
        .limit(limit + 1)
      if (after) select = select.where('id', '>', after)
      if (status) select = select.where('status', '=', status)
      if (role) select = select.where('role', '=', role)
      if (search)
        select = select.where((where) =>
          where.or([contains('username', search), contains('email', search)]),
        )
      const nameOf = ({ username }: { username: string }) => username
      return listed(await select.execute(), {
        table: 'users',
        toEntity: toUser,
        nameOf,
        limit,
        report,
      })
    },
    async findUser(username) {
      const row = await people().where('username', '=', username).executeTakeFirst()
      return oneRow('users', row, toUser)
    },
    async findUserById(id) {
      return oneRow('users', await people().where('id', '=', id).executeTakeFirst(), toUser)
    },
    async systemUser() {
      const find = () =>
        db.selectFrom('users').selectAll().where('id', '=', SYSTEM_USER_ID).executeTakeFirst()
      if ((await find()) === undefined) await createSystemUser(db)
      const user = oneRow('users', await find(), toUser)
      if (user === null) throw new Error('the system user could not be made')
      return user
    },
    async countActiveAdmins() {
      const { admins } = await db
        .selectFrom('users')
        .select(sql<number>`count(*)`.as('admins'))
        .where('role', '=', 'admin')
        .where('status', '=', 'active')
        .where('id', '!=', SYSTEM_USER_ID)
        .executeTakeFirstOrThrow()
      return Number(admins)
    },
  }
}

function userWrites(
  db: Kysely<Tables>,
): Pick<UserAdmin, 'createUser' | 'updateUser' | 'deleteUser'> {
  return {
    async createUser(user) {
      const row = await db
        .insertInto('users')
        .values({
          username: user.username,
          email: user.email,
          role: user.role,
          monthly_quota_tokens: user.monthlyQuotaTokens,
          max_in_flight: user.maxInFlight ?? null,
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
    async deleteUser(id) {
      // Not left to the foreign key, which a database created by hand may lack.
      await db.deleteFrom('api_keys').where('user_id', '=', id).execute()
      await db.deleteFrom('quota_leases').where('user_id', '=', id).execute()
      const { numDeletedRows } = await db
        .deleteFrom('users')
        .where('id', '=', id)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}

/** Has no quota: the operator who runs the command is responsible. A person may already be named `system`. */
async function createSystemUser(db: Kysely<Tables>): Promise<void> {
  const taken = await db
    .selectFrom('users')
    .select('id')
    .where('username', '=', 'system')
    .executeTakeFirst()
  const username = taken === undefined ? 'system' : 'system (reserved)'
  await db
    .insertInto('users')
    .values({ id: SYSTEM_USER_ID, username, email: null, role: 'admin', monthly_quota_tokens: 0 })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

function changedColumns(patch: UserPatch): Updateable<UsersTable> {
  const { username, email, role, status, monthlyQuotaTokens, maxInFlight } = patch
  return {
    updated_at: isoTime(Date.now()),
    ...(username !== undefined && { username }),
    ...(email !== undefined && { email }),
    ...(role !== undefined && { role }),
    ...(status !== undefined && { status }),
    ...(monthlyQuotaTokens !== undefined && { monthly_quota_tokens: monthlyQuotaTokens }),
    ...(maxInFlight !== undefined && { max_in_flight: maxInFlight }),
  }
}
