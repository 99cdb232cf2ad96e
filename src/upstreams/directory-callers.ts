/** The callers of the directory: which proxy keys are accepted, and which known ones are refused. */
import type { Caller } from '../access/caller.ts'
import type { RefusedKey } from '../access/key-activity.ts'
import { isMintedPrefix } from '../access/proxy-key.ts'
import type { DirectoryRows } from '../core/entities.ts'

/** A few milliseconds of work. */
const KEYS_AT_ONCE = 10_000

/** Builds the new directory while the old one is in use, in pieces, so that requests are served in between. */
export async function callersIn({ users, apiKeys }: DirectoryRows): Promise<Callers> {
  const callers = new Map<string, Caller>()
  const refused = new Map<string, RefusedKey>()
  let hasForeignKeys = false
  const byId = new Map(users.map((user) => [user.id, user]))
  for (const [at, key] of apiKeys.entries()) {
    if (at % KEYS_AT_ONCE === KEYS_AT_ONCE - 1)
      await new Promise((resolve) => setTimeout(resolve, 0))
    const user = byId.get(key.userId)
    if (!isMintedPrefix(key.prefix)) hasForeignKeys = true
    if (key.status === 'active' && user?.status === 'active')
      callers.set(key.keyHash, { user, key })
    else {
      const reason = key.status === 'active' ? 'user disabled' : 'revoked'
      const refusal = {
        keyId: key.id,
        prefix: key.prefix,
        user: user?.username ?? '-',
        reason,
      } as const
      refused.set(key.keyHash, refusal)
    }
  }
  return { callers, refused, hasForeignKeys }
}

export interface Callers {
  callers: Map<string, Caller>
  refused: Map<string, RefusedKey>
  hasForeignKeys: boolean
}
