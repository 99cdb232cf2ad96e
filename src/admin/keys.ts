/** Proxy keys: made, shown once, revoked, rotated. */
import type { ApiKey } from '../core/entities.ts'
import { displayPrefix, mintProxyKey } from '../core/proxy-key.ts'
import { type AdminDependencies, audited } from './dependencies.ts'
import { AdminError } from './errors.ts'
import type { Users } from './users.ts'

export type Keys = ReturnType<typeof createKeys>

export interface KeyWish {
  /** User name or id. */
  user: string
  name: string
  allowedModels?: readonly string[] | null
  expiresAtMs?: number | null
}

/** `secret` is known only here and now: the store keeps its digest. */
export interface MintedKey {
  secret: string
  key: ApiKey
}

const RANDOM_BYTES = 96

export function createKeys(dependencies: AdminDependencies, users: Users) {
  const { store, sha256Hex, randomBytes } = dependencies
  const audit = audited(dependencies)

  const mint = async (
    userId: number,
    like: Pick<ApiKey, 'name' | 'allowedModels' | 'rpm' | 'tpm' | 'expiresAtMs'>,
  ): Promise<MintedKey> => {
    const secret = mintProxyKey(randomBytes(RANDOM_BYTES))
    const { name, allowedModels, rpm, tpm, expiresAtMs } = like
    const key = await store.createApiKey({
      userId,
      name,
      prefix: displayPrefix(secret),
      keyHash: sha256Hex(secret),
      allowedModels,
      rpm,
      tpm,
      expiresAtMs,
    })
    await audit('key.create', `key:${key.id}`)
    return { secret, key }
  }

  /** By id, or by its displayed prefix. */
  const find = async (name: string): Promise<ApiKey> => {
    const keys = await store.listApiKeys(null)
    const found = keys.filter((key) => String(key.id) === name || key.prefix === name)
    const [only] = found
    if (only === undefined)
      throw new AdminError(
        'not_found',
        `there is no key '${name}'`,
        'Name it by its id or prefix: gpt-proxy key list',
      )
    if (found.length > 1)
      throw new AdminError(
        'conflict',
        `'${name}' fits ${found.length} keys`,
        'Name it by its id: gpt-proxy key list',
      )
    return only
  }

  return {
    find,
    async list(user: string | null): Promise<ApiKey[]> {
      return store.listApiKeys(user === null ? null : (await users.find(user)).id)
    },
    async create({
      user,
      name,
      allowedModels = null,
      expiresAtMs = null,
    }: KeyWish): Promise<MintedKey> {
      const { id } = await users.find(user)
      return mint(id, { name, allowedModels, rpm: null, tpm: null, expiresAtMs })
    },
    async revoke(name: string): Promise<ApiKey> {
      const key = await find(name)
      await store.revokeApiKey(key.id)
      await audit('key.revoke', `key:${key.id}`)
      return { ...key, status: 'revoked' }
    },
    /** A new secret with the old one's name and rights; the old one stops at once. */
    async rotate(name: string): Promise<MintedKey> {
      const old = await find(name)
      if (old.status !== 'active')
        throw new AdminError(
          'conflict',
          `key '${name}' is revoked`,
          'Make a new one with: gpt-proxy key create',
        )
      const minted = await mint(old.userId, old)
      await store.revokeApiKey(old.id)
      await audit('key.revoke', `key:${old.id}`)
      return minted
    },
  }
}
