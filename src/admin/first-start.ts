/** What a new installation needs to be usable at once: an admin and a first key for clients. */
import type { User, UserRole } from '../core/entities.ts'
import type { Keys } from './keys.ts'
import type { Users } from './users.ts'

export interface FirstSecrets {
  adminKey: string
  proxyKey: string
}

const ADMIN = 'admin'
const DEFAULT = 'default'

/** Null where there is an admin with a key already: secrets are shown once. */
export function createFirstStart(users: Users, keys: Keys) {
  const foundOrMade = async (known: readonly User[], username: string, role: UserRole) =>
    known.find((user) => user.username === username) ?? users.create({ username, role })

  return async (): Promise<FirstSecrets | null> => {
    const known = await users.list()
    // An operator's own admin, or a user who is only called so: then nothing is made.
    if (known.some(({ role, username }) => (role === 'admin') !== (username === ADMIN))) return null
    const admin = await foundOrMade(known, ADMIN, 'admin')
    if ((await keys.list(ADMIN)).length > 0) return null
    await foundOrMade(known, DEFAULT, 'user')
    // The admin's key comes last, because it marks the first start as done.
    const proxy = await keys.create({ user: DEFAULT, name: DEFAULT })
    const minted = await keys.create({ user: String(admin.id), name: ADMIN })
    return { adminKey: minted.secret, proxyKey: proxy.secret }
  }
}
