/** What a new installation needs to be usable at once: an admin and a first key for clients. */
import type { Keys } from './keys.ts'
import type { Users } from './users.ts'

export interface FirstSecrets {
  adminKey: string
  proxyKey: string
}

/** Null where there are users already: secrets are shown once. */
export function createFirstStart(users: Users, keys: Keys) {
  return async (): Promise<FirstSecrets | null> => {
    if ((await users.list()).length > 0) return null
    await users.create({ username: 'admin', role: 'admin', monthlyQuotaTokens: null })
    await users.create({ username: 'default' })
    const admin = await keys.create({ user: 'admin', name: 'admin' })
    const proxy = await keys.create({ user: 'default', name: 'default' })
    return { adminKey: admin.secret, proxyKey: proxy.secret }
  }
}
