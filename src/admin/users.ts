/** People and programs that hold proxy keys. */
import type { User, UserRole } from '../core/entities.ts'
import type { Actor, MakeChange } from './changes.ts'
import { checkedEmail, checkedLimit, checkedName, rowIdIn } from './checks.ts'
import { userView } from './contract.ts'
import type { AdminDependencies } from './dependencies.ts'
import { adminError } from './errors.ts'
import type { AdminStore, UserPatch } from './store.ts'
import type { Page, UserQuery } from './store-queries.ts'

export type Users = ReturnType<typeof createUsers>

export interface UserInput {
  username: string
  email?: string | null
  role?: UserRole
  /** null uses the configured default; 0 is unlimited. */
  monthlyQuotaTokens?: number | null
  /** Requests at a time, likewise. */
  maxInFlight?: number | null
}

export function createUsers({ store }: AdminDependencies, change: MakeChange) {
  const update = (actor: Actor, name: string, given: UserPatch): Promise<User> => {
    const patch = { ...given }
    if (Object.keys(patch).length === 0) throw adminError('nothing_to_change')
    if (patch.email !== undefined) checkedEmail(patch.email)
    if (patch.username !== undefined)
      patch.username = checkedName(patch.username, 'user_name_invalid')
    if (patch.maxInFlight !== undefined) checkedLimit('max_in_flight', patch.maxInFlight)
    return change(actor, async (step, record) => {
      const before = await findUser(step, name)
      await keepNameFree(step, patch.username, before)
      if ((patch.role !== undefined && patch.role !== 'admin') || patch.status === 'disabled')
        await keepAnAdmin(step, before)
      const user = await step.updateUser(before.id, patch)
      if (user === null) throw adminError('user_not_found', { user: name })
      await record(actionOf(patch), `user:${user.id}`, {
        before: userView(before),
        after: userView(user),
      })
      return user
    })
  }

  return {
    /** By name, or by id. */
    find: (name: string): Promise<User> => findUser(store, name),
    list: (query?: UserQuery): Promise<Page<User>> => store.listUsers(query),
    update,
    async create(actor: Actor, input: UserInput): Promise<User> {
      const { username, email = null, role = 'user', monthlyQuotaTokens = null } = input
      const checked = {
        username: checkedName(username, 'user_name_invalid'),
        email: checkedEmail(email),
        role,
        maxInFlight: checkedLimit('max_in_flight', input.maxInFlight ?? null),
      }
      return change(actor, async (step, record) => {
        await keepNameFree(step, checked.username, null)
        const user = await step.createUser({ ...checked, monthlyQuotaTokens })
        await record('user.create', `user:${user.id}`, { after: userView(user) })
        return user
      })
    },
    rename: (actor: Actor, name: string, username: string): Promise<User> =>
      update(actor, name, { username }),
    /** Its keys stop working at once; its usage records stay under its id. */
    delete: (actor: Actor, name: string): Promise<User> =>
      change(actor, async (step, record) => {
        const user = await findUser(step, name)
        await keepAnAdmin(step, user)
        await step.deleteUser(user.id)
        await record('user.delete', `user:${user.id}`, { before: userView(user) })
        return user
      }),
  }
}

export async function findUser(store: AdminStore, name: string): Promise<User> {
  const id = rowIdIn(name)
  const user =
    (await store.findUser(name)) ??
    (await store.findUser(name.normalize('NFC'))) ??
    (id === null ? null : await store.findUserById(id))
  if (user === null) throw adminError('user_not_found', { user: name })
  return user
}

async function keepNameFree(
  step: AdminStore,
  username: string | undefined,
  self: User | null,
): Promise<void> {
  if (username === undefined || username === self?.username) return
  if ((await step.findUser(username)) !== null) throw adminError('user_exists', { user: username })
}

/** Without an active admin, the gateway could not be managed over HTTP. */
async function keepAnAdmin(step: AdminStore, user: User): Promise<void> {
  if (user.role !== 'admin' || user.status !== 'active') return
  if ((await step.countActiveAdmins()) < 2) throw adminError('last_admin', { user: user.username })
}

function actionOf({ status, username }: UserPatch): string {
  if (status === 'disabled') return 'user.disable'
  return username === undefined ? 'user.update' : 'user.rename'
}
