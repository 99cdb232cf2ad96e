/** Brings the predecessor's users, proxy keys and upstream keys into the store, each at most once. */
import type { User } from '../../core/entities.ts'
import type { RecordChange } from '../changes.ts'
import { keyView, userView } from '../contract.ts'
import { adminError } from '../errors.ts'
import type { AdminStore } from '../store.ts'
import { importableName, isEmail, keyLabel, shownPrefix } from './names.ts'
import type { OldKey, OldUser } from './rows.ts'

export interface Counted {
  imported: number
  /** There already, from an earlier run or under the same name. */
  known: number
}

export interface ImportStep {
  store: AdminStore
  record: RecordChange
}

/** The id here of each of its users. */
export async function importUsers(
  { store, record }: ImportStep,
  users: readonly OldUser[],
): Promise<Counted & { ids: Map<string, number> }> {
  const ids = new Map<string, number>()
  const counted = { imported: 0, known: 0 }
  for (const old of users) {
    const username = importableName(old.username, old.id)
    const before = await store.findUser(username)
    if (before !== null) {
      ids.set(old.id, before.id)
      counted.known++
      continue
    }
    const { role, monthlyQuotaTokens } = old
    const email = isEmail(old.email) ? old.email : null
    let user: User | null = await store.createUser({ username, email, role, monthlyQuotaTokens })
    if (old.disabled) user = await store.updateUser(user.id, { status: 'disabled' })
    if (user === null) throw adminError('user_not_found', { user: username })
    await record('user.create', `user:${user.id}`, { after: userView(user) })
    ids.set(old.id, user.id)
    counted.imported++
  }
  return { ...counted, ids }
}

/** The id here of each of its keys. `userIds` has every key's user. */
export async function importKeys(
  { store, record }: ImportStep,
  keys: readonly OldKey[],
  userIds: ReadonlyMap<string, number>,
): Promise<Counted & { ids: Map<string, number> }> {
  const ids = new Map<string, number>()
  const counted = { imported: 0, known: 0 }
  for (const old of keys) {
    const before = await store.findApiKeyByHash(old.keyHash)
    if (before !== null) {
      ids.set(old.id, before.id)
      counted.known++
      continue
    }
    const { keyHash, allowedModels, rpm, tpm, expiresAtMs } = old
    const key = await store.createApiKey({
      userId: userIds.get(old.userId) as number,
      name: keyLabel(old.name, old.id),
      prefix: shownPrefix(old.prefix, old.id),
      keyHash,
      allowedModels,
      allowedAddresses: null,
      rpm,
      tpm,
      expiresAtMs,
    })
    if (old.revoked) await store.revokeApiKey(key.id)
    await record('key.create', `key:${key.id}`, {
      after: keyView({ ...key, status: old.revoked ? 'revoked' : 'active' }),
    })
    ids.set(old.id, key.id)
    counted.imported++
  }
  return { ...counted, ids }
}
