/** Proxy keys: made, shown once, revoked, rotated. */

import { displayPrefix, mintProxyKey } from '../access/proxy-key.ts'
import type { ApiKey } from '../core/entities.ts'
import { checkedLabel, checkedModels } from './checks.ts'
import { type AdminDependencies, audited } from './dependencies.ts'
import { AdminError } from './errors.ts'
import type { KeyLimits } from './store.ts'
import type { Users } from './users.ts'

export type Keys = ReturnType<typeof createKeys>

export interface KeyInput {
  /** User name or id. */
  user: string
  name: string
  allowedModels?: readonly string[] | null
  expiresAtMs?: number | null
  /** A minute; 0 is no limit, null the configured default. */
  rpm?: number | null
  tpm?: number | null
}

/** `secret` is known only here and now: the store keeps its digest. */
export interface MintedKey {
  secret: string
  key: ApiKey
}

type Rights = Pick<ApiKey, 'name' | 'allowedModels' | 'rpm' | 'tpm' | 'expiresAtMs'>

/** Of 96 bytes, 32 are of use but for one case in more than the atoms of the earth. */
const RANDOM_BYTES = 96

export function createKeys(dependencies: AdminDependencies, users: Users) {
  const { store, sha256Hex, randomBytes, nowMs } = dependencies
  const audit = audited(dependencies)

  const mint = async (userId: number, rights: Rights): Promise<MintedKey> => {
    const secret = mintProxyKey(randomBytes(RANDOM_BYTES))
    const { name, allowedModels, rpm, tpm, expiresAtMs } = rights
    const prefix = displayPrefix(secret)
    const key = await store.createApiKey({
      userId,
      name,
      prefix,
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
    const found = (await store.listApiKeys(null)).filter(
      (key) => String(key.id) === name || key.prefix === name,
    )
    const [only] = found
    if (only === undefined)
      throw new AdminError(
        'not_found',
        `there is no key '${masked(name)}'`,
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

  const revoke = async (key: ApiKey): Promise<void> => {
    await store.revokeApiKey(key.id)
    await audit('key.revoke', `key:${key.id}`)
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
      rpm = null,
      tpm = null,
    }: KeyInput): Promise<MintedKey> {
      if (expiresAtMs !== null && expiresAtMs <= nowMs()) {
        throw new AdminError(
          'invalid',
          'the key would have expired already',
          'Give a moment in the future',
        )
      }
      const rights = {
        name: checkedLabel(name),
        allowedModels: checkedModels(allowedModels),
        rpm,
        tpm,
        expiresAtMs,
      }
      const { id } = await users.find(user)
      return mint(id, rights)
    },
    async limit(name: string, limits: KeyLimits): Promise<ApiKey> {
      if (Object.keys(limits).length === 0) {
        throw new AdminError(
          'invalid',
          'nothing was given to change',
          'Give --rpm or --tpm; see gpt-proxy key limit --help',
        )
      }
      const { id } = await find(name)
      const key = await store.limitApiKey(id, limits)
      if (key === null)
        throw new AdminError('not_found', `key ${id} is gone`, 'List them: gpt-proxy key list')
      await audit('key.limit', `key:${id}`)
      return key
    },
    async revoke(name: string): Promise<ApiKey> {
      const key = await find(name)
      await revoke(key)
      return { ...key, status: 'revoked' }
    },
    /** A new secret with the old one's name and rights; the old one stops at once. */
    async rotate(name: string): Promise<MintedKey> {
      const old = await find(name)
      if (old.status !== 'active')
        throw new AdminError(
          'conflict',
          `key '${masked(name)}' is revoked`,
          'Make a new one with: gpt-proxy key create',
        )
      const minted = await mint(old.userId, old)
      await revoke(old)
      return minted
    },
  }
}

/** Somebody may have named a key by the key itself. */
function masked(name: string): string {
  return displayPrefix(name) === name ? name : `${displayPrefix(name)}…`
}
