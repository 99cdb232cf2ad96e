/** Proxy keys: created, shown once, changed, revoked, rotated. */
import type { StandingRefusal } from '../../access/key-activity.ts'
import { displayPrefix, mintProxyKey } from '../../access/proxy-key.ts'
import type { ApiKey, User } from '../../core/entities.ts'
import type { Actor, MakeChange, RecordChange } from '../changes.ts'
import { rowIdIn } from '../checks.ts'
import { keyView } from '../contract.ts'
import type { AdminDependencies } from '../dependencies.ts'
import { adminError } from '../errors.ts'
import type { AdminStore, KeyActivityRow, KeyPatch } from '../store.ts'
import type { KeyQuery, Page } from '../store-queries.ts'
import { findUser } from '../users.ts'
import {
  checkExpiry,
  checkedPatch,
  checkedRights,
  type KeyInput,
  type Rights,
} from './key-input.ts'
import { assertMayRotate, refusalOfKey, supersede } from './key-rotation.ts'

export type Keys = ReturnType<typeof createKeys>

/** The most days that lists of keys look back or ahead. */
export const MAX_KEY_DAYS = 3650

/** `user` is a name or an id. */
export interface KeyListInput
  extends Omit<KeyQuery, 'userId' | 'nowMs' | 'unusedSinceMs' | 'expiresBeforeMs'> {
  user?: string | null
  /** Only keys that were not used for this many days, or never. */
  unusedDays?: number | null
  /** Only active keys that expire within this many days. */
  expiresWithinDays?: number | null
}

/** `secret` is available only here: the store keeps its digest. */
export interface MintedKey {
  secret: string
  key: ApiKey
}

export interface ShownKey {
  key: ApiKey
  /** Null if the row is gone. */
  user: User | null
  activity: KeyActivityRow
  refusedNow: StandingRefusal | null
}

const DAY_MS = 86_400_000

/** What a key for one command does not choose. */
const NO_FURTHER_RIGHTS = {
  allowedAddresses: null,
  maxInFlight: null,
  priority: 0,
  tags: [],
  strict: false,
}
type TemporaryRights = Omit<Rights, keyof typeof NO_FURTHER_RIGHTS>

/** 96 random bytes: enough to reject-sample 32 base62 characters. */
const RANDOM_BYTES = 96

export function createKeys(dependencies: AdminDependencies, change: MakeChange) {
  const { store, nowMs } = dependencies
  return {
    /** By id, or by its displayed prefix. */
    find: (name: string): Promise<ApiKey> => findKey(store, name),
    /** With its user, and the reason why it would be refused now; null if it would be accepted. */
    async show(name: string): Promise<ShownKey> {
      const key = await findKey(store, name)
      const user = await store.findUserById(key.userId)
      const activity = await store.keyActivity(key)
      return { key, user, activity, refusedNow: refusalOf(key, user, nowMs()) }
    },
    async list({
      user = null,
      unusedDays = null,
      expiresWithinDays = null,
      ...query
    }: KeyListInput = {}): Promise<Page<ApiKey>> {
      const userId = user === null ? null : (await findUser(store, user)).id
      const now = nowMs()
      const unusedSinceMs = unusedDays === null ? null : now - unusedDays * DAY_MS
      const expiresBeforeMs = expiresWithinDays === null ? null : now + expiresWithinDays * DAY_MS
      return store.listApiKeys({ ...query, userId, unusedSinceMs, expiresBeforeMs, nowMs: now })
    },
    create(actor: Actor, input: KeyInput): Promise<MintedKey> {
      checkExpiry(input.expiresAtMs, nowMs())
      const rights = checkedRights(input)
      return change(actor, async (step, record) => {
        const { id } = await findUser(step, input.user)
        const minted = await insert(dependencies, step, id, rights)
        await record('key.create', `key:${minted.key.id}`, { after: keyView(minted.key) })
        return minted
      })
    },
    /** A key of the system user for the gateway's own commands: it appears in no list and is deleted afterwards. */
    async createTemporary(rights: TemporaryRights): Promise<MintedKey> {
      return store.transaction(async (step) =>
        insert(dependencies, step, (await step.systemUser()).id, {
          ...NO_FURTHER_RIGHTS,
          ...rights,
        }),
      )
    },
    deleteTemporary: (id: number): Promise<void> => store.deleteApiKey(id),
    update(actor: Actor, name: string, patch: KeyPatch): Promise<ApiKey> {
      const checked = checkedPatch(patch)
      checkExpiry(patch.expiresAtMs, nowMs())
      return change(actor, async (step, record) => {
        const before = await findKey(step, name)
        const key = await step.updateApiKey(before.id, checked)
        if (key === null) throw adminError('key_not_found', { key: masked(name) })
        await record('key.update', `key:${key.id}`, {
          before: keyView(before),
          after: keyView(key),
        })
        return key
      })
    },
    revoke: (actor: Actor, name: string): Promise<ApiKey> =>
      change(actor, async (step, record) => revokeKey(step, record, await findKey(step, name))),
    /**
     * A new secret with the old key's name and rights; the old one stays valid for `graceMs`. Of all keys that
     * come from one by rotation, at most two work at a time: otherwise each rotation would add a key, with
     * limits of its own.
     */
    rotate: (actor: Actor, name: string, graceMs = 0): Promise<MintedKey> =>
      change(actor, async (step, record) => {
        const old = await findKey(step, name)
        if (old.status !== 'active') throw adminError('key_revoked', { key: masked(name) })
        const earlier = await assertMayRotate(step, old, { graceMs, nowMs: nowMs() })
        const minted = await insert(dependencies, step, old.userId, old)
        await record('key.create', `key:${minted.key.id}`, { after: keyView(minted.key) })
        const atMs = graceMs === 0 ? null : nowMs() + graceMs
        await supersede(step, record, { old, by: minted.key, atMs })
        for (const key of earlier) await step.updateApiKey(key.id, { rotatedTo: minted.key.id })
        return minted
      }),
  }
}

async function insert(
  { sha256Hex, randomBytes }: AdminDependencies,
  step: AdminStore,
  userId: number,
  rights: Rights,
): Promise<MintedKey> {
  const secret = mintProxyKey(randomBytes(RANDOM_BYTES))
  const { name, allowedModels, allowedAddresses, rpm, tpm, expiresAtMs } = rights
  const { maxInFlight, priority, tags, strict } = rights
  const prefix = displayPrefix(secret)
  const keyHash = sha256Hex(secret)
  const limits = { rpm, tpm, maxInFlight, priority, tags, strict, allowedAddresses, expiresAtMs }
  const row = { userId, name, prefix, keyHash, allowedModels, ...limits }
  return { secret, key: await step.createApiKey(row) }
}

function refusalOf(key: ApiKey, user: User | null, nowMs: number): StandingRefusal | null {
  return refusalOfKey(key, nowMs) ?? (user?.status === 'active' ? null : 'user disabled')
}

async function revokeKey(step: AdminStore, record: RecordChange, key: ApiKey): Promise<ApiKey> {
  await step.revokeApiKey(key.id)
  const revoked: ApiKey = { ...key, status: 'revoked' }
  await record('key.revoke', `key:${key.id}`, { before: keyView(key), after: keyView(revoked) })
  return revoked
}

export async function findKey(store: AdminStore, name: string): Promise<ApiKey> {
  const id = rowIdIn(name)
  const byId = id === null ? null : await store.findApiKey(id)
  if (byId !== null) return byId
  const [key, another] = await store.findApiKeysByPrefix(name)
  if (key === undefined) throw adminError('key_not_found', { key: masked(name) })
  if (another !== undefined) throw adminError('key_ambiguous', { key: masked(name) })
  return key
}

/** A key's name may be the key itself. */
function masked(name: string): string {
  return displayPrefix(name) === name ? name : `${displayPrefix(name)}…`
}
