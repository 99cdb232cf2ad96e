/** People and programs that hold proxy keys. */
import type { User, UserRole } from '../core/entities.ts'
import type { UserPatch } from '../ports/admin-store.ts'
import { type AdminDependencies, audited } from './dependencies.ts'
import { AdminError } from './errors.ts'

export type Users = ReturnType<typeof createUsers>

export interface UserWish {
  username: string
  email?: string | null
  role?: UserRole
  /** Undefined takes the configured default; null is unlimited. */
  monthlyQuotaTokens?: number | null
}

export function createUsers(dependencies: AdminDependencies) {
  const { store } = dependencies
  const audit = audited(dependencies)

  /** By name, or by id where it is a number. */
  const find = async (name: string): Promise<User> => {
    const user =
      (await store.findUser(name)) ??
      (await store.listUsers()).find(({ id }) => String(id) === name)
    if (user === undefined)
      throw new AdminError(
        'not_found',
        `there is no user '${name}'`,
        'List them with: gpt-proxy user list',
      )
    return user
  }

  return {
    find,
    list: () => store.listUsers(),
    async create({
      username,
      email = null,
      role = 'user',
      monthlyQuotaTokens,
    }: UserWish): Promise<User> {
      if (!/^[\w.@-]{1,64}$/.test(username)) {
        throw new AdminError(
          'invalid',
          `'${username}' is no user name`,
          'Use up to 64 letters, digits, or . _ @ -',
        )
      }
      if ((await store.findUser(username)) !== null) {
        throw new AdminError(
          'conflict',
          `there is already a user '${username}'`,
          'Choose another name, or change that one with: gpt-proxy user update',
        )
      }
      const quota =
        monthlyQuotaTokens === undefined
          ? dependencies.defaultMonthlyQuotaTokens
          : monthlyQuotaTokens
      const user = await store.createUser({ username, email, role, monthlyQuotaTokens: quota })
      await audit('user.create', `user:${user.id}`)
      return user
    },
    async update(name: string, patch: UserPatch): Promise<User> {
      const { id } = await find(name)
      const user = await store.updateUser(id, patch)
      if (user === null)
        throw new AdminError(
          'not_found',
          `user '${name}' is gone`,
          'List them with: gpt-proxy user list',
        )
      await audit('user.update', `user:${id}`)
      return user
    },
  }
}
