/** People and programs that hold proxy keys. */
import type { User, UserRole } from '../core/entities.ts'
import { checkedEmail, checkedName } from './checks.ts'
import { type AdminDependencies, audited } from './dependencies.ts'
import { AdminError } from './errors.ts'
import type { UserPatch } from './store.ts'

export type Users = ReturnType<typeof createUsers>

export interface UserInput {
  username: string
  email?: string | null
  role?: UserRole
  /** Null takes the configured default; 0 is no quota. */
  monthlyQuotaTokens?: number | null
}

const LIST = 'List them with: gpt-proxy user list'

export function createUsers(dependencies: AdminDependencies) {
  const { store } = dependencies
  const audit = audited(dependencies)

  /** By name, or by id. */
  const find = async (name: string): Promise<User> => {
    const user =
      (await store.findUser(name)) ??
      (await store.listUsers()).find(({ id }) => String(id) === name)
    if (user === undefined) throw new AdminError('not_found', `there is no user '${name}'`, LIST)
    return user
  }

  return {
    find,
    list: () => store.listUsers(),
    async create({
      username,
      email = null,
      role = 'user',
      monthlyQuotaTokens = null,
    }: UserInput): Promise<User> {
      const checked = {
        username: checkedName(username, 'a user'),
        email: checkedEmail(email),
        role,
      }
      if ((await store.findUser(username)) !== null) {
        throw new AdminError(
          'conflict',
          `there is already a user '${username}'`,
          'Choose another name, or change that one with: gpt-proxy user update',
        )
      }
      const user = await store.createUser({ ...checked, monthlyQuotaTokens })
      await audit('user.create', `user:${user.id}`)
      return user
    },
    async update(name: string, patch: UserPatch): Promise<User> {
      if (Object.keys(patch).length === 0) {
        throw new AdminError(
          'invalid',
          'nothing was given to change',
          'See gpt-proxy user update --help',
        )
      }
      if (patch.email !== undefined) checkedEmail(patch.email)
      const { id } = await find(name)
      const user = await store.updateUser(id, patch)
      if (user === null) throw new AdminError('not_found', `user '${name}' is gone`, LIST)
      await audit(patch.status === 'disabled' ? 'user.disable' : 'user.update', `user:${id}`)
      return user
    },
  }
}
