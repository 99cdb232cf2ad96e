/** Users of another gateway. */
import type { CommandAdmin } from '../../admin/command-admin.ts'
import type { UserView } from '../../admin/contract.ts'
import { adminError } from '../../admin/errors.ts'
import type { UserPatch } from '../../admin/store.ts'
import type { User, UserRole, UserStatus } from '../../core/entities.ts'
import type { AdminClient } from './client.ts'
import { byId, firstThat, onePage } from './pages.ts'

export function remoteUsers(client: AdminClient): CommandAdmin['users'] {
  const find = async (name: string): Promise<User> => userOf(await findUserView(client, name))
  const update = async (name: string, patch: UserPatch): Promise<User> => {
    const { id } = await find(name)
    return userOf(
      await client.call('PATCH', '/users/{id}', { params: { id }, body: patchOf(patch) }),
    )
  }
  return {
    find,
    list: (query = {}) =>
      onePage(client, { path: '/users', query: {}, after: query.after }, userOf),
    create: async (_, input) =>
      userOf(
        await client.call('POST', '/users', {
          body: {
            username: input.username,
            email: input.email,
            role: input.role,
            monthly_quota_tokens: input.monthlyQuotaTokens,
            max_in_flight: input.maxInFlight,
          },
        }),
      ),
    update: (_, name, patch) => update(name, patch),
    rename: (_, name, username) => update(name, { username }),
    async delete(_, name) {
      const user = await find(name)
      await client.call('DELETE', '/users/{id}', { params: { id: user.id } })
      return user
    },
  }
}

/** By name, or by id. */
export async function findUserView(client: AdminClient, name: string): Promise<UserView> {
  const search = name.trim()
  const named =
    search === ''
      ? null
      : await firstThat<UserView>(
          client,
          { path: '/users', query: { search: search.slice(0, 200) } },
          ({ username }) => username === name,
        )
  const found = named ?? (await byId<UserView>(client, '/users/{id}', name))
  if (found === null) throw adminError('user_not_found', { user: name })
  return found
}

function userOf(view: UserView): User {
  return {
    id: view.id,
    username: view.username,
    email: view.email,
    role: view.role as UserRole,
    status: view.status as UserStatus,
    monthlyQuotaTokens: view.monthly_quota_tokens,
    maxInFlight: view.max_in_flight,
  }
}

function patchOf({ username, email, role, status, monthlyQuotaTokens, maxInFlight }: UserPatch) {
  const limits = { monthly_quota_tokens: monthlyQuotaTokens, max_in_flight: maxInFlight }
  return { username, email, role, status, ...limits }
}
