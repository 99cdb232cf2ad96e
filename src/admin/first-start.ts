/** What a new installation needs to be usable at once: an admin and a first key for clients. */
import type { User, UserRole } from '../core/entities.ts'
import type { Actor } from './changes.ts'
import type { Keys } from './keys/keys.ts'
import { allPages } from './pages.ts'
import type { Users } from './users.ts'

export interface FirstSecrets {
  adminKey: string
  proxyKey: string
}

const ADMIN = 'admin'
const DEFAULT = 'default'

/** null if an admin with a key exists: secrets are shown once. */
export function createFirstStart(users: Users, keys: Keys) {
  const findOrCreate = async (
    actor: Actor,
    known: readonly User[],
    { username, role }: { username: string; role: UserRole },
  ) => known.find((user) => user.username === username) ?? users.create(actor, { username, role })

  return async (actor: Actor): Promise<FirstSecrets | null> => {
    const { items: known, malformed } = await allPages((page) => users.list(page))
    if (malformed.some(({ name }) => name === ADMIN)) return null
    // An operator's own admin, or a user with the same name: nothing is created.
    if (known.some(({ role, username }) => (role === 'admin') !== (username === ADMIN))) return null
    const admin = await findOrCreate(actor, known, { username: ADMIN, role: 'admin' })
    const held = await keys.list({ user: ADMIN, limit: 1 })
    if (held.items.length + held.malformed.length > 0) return null
    await findOrCreate(actor, known, { username: DEFAULT, role: 'user' })
    // The admin's key is created last, because it marks the first start as complete.
    const proxy = await keys.create(actor, { user: DEFAULT, name: DEFAULT })
    const minted = await keys.create(actor, { user: String(admin.id), name: ADMIN })
    return { adminKey: minted.secret, proxyKey: proxy.secret }
  }
}
