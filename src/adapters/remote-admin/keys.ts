/** Proxy keys of another gateway. */
import type { StandingRefusal } from '../../access/key-activity.ts'
import { displayPrefix } from '../../access/proxy-key.ts'
import type { CommandKeys, KeyRow, MintedKeyRow } from '../../admin/command-admin.ts'
import type { KeyView } from '../../admin/contract.ts'
import { adminError } from '../../admin/errors.ts'
import type { KeyPatch } from '../../admin/store.ts'
import type { ApiKeyStatus } from '../../core/entities.ts'
import type { AdminClient } from './client.ts'
import { byId, everyItem, onePage } from './pages.ts'
import { findUserView } from './users.ts'

interface NamedKeyView extends KeyView {
  username: string
}

interface ActivityView {
  refused_because: StandingRefusal | null
  last_used_at: string | null
  last_refused_at: string | null
  last_refusal: string | null
  last_refused_address: string | null
}

export function remoteKeys(client: AdminClient): CommandKeys {
  const changed = async (method: string, path: string, name: string, body?: object) => {
    const { id } = await findKeyView(client, name)
    const call = { params: { id }, ...(body !== undefined && { body }) }
    return client.call<KeyView & { secret: string }>(method, path, call)
  }
  return {
    async list({ user = null, unusedDays = null, expiresWithinDays = null, after } = {}) {
      const owner = user === null ? null : (await findUserView(client, user)).id
      const query = {
        user_id: owner,
        unused_days: unusedDays,
        expires_within_days: expiresWithinDays,
      }
      return onePage(client, { path: '/keys', query, after }, keyOf)
    },
    async show(name) {
      const view = await findKeyView(client, name)
      const activity = await client.call<ActivityView>('GET', '/keys/{id}/activity', {
        params: { id: view.id },
      })
      return {
        key: keyOf(view),
        user: { username: view.username },
        activity: {
          lastUsedMs: msOf(activity.last_used_at),
          lastRefusedMs: msOf(activity.last_refused_at),
          lastRefusal: activity.last_refusal,
          lastRefusedAddress: activity.last_refused_address,
        },
        refusedNow: activity.refused_because,
      }
    },
    async create(_, { user, name, ...rights }) {
      const owner = await findUserView(client, user)
      const body = { user_id: owner.id, ...patchOf({ name, ...rights }) }
      return mintedOf(await client.call('POST', '/keys', { body }))
    },
    update: async (_, name, patch) =>
      keyOf(await changed('PATCH', '/keys/{id}', name, patchOf(patch))),
    revoke: async (_, name) => keyOf(await changed('POST', '/keys/{id}/revoke', name)),
    rotate: async (_, name, graceMs = 0) =>
      mintedOf(
        await changed('POST', '/keys/{id}/rotate', name, {
          grace_seconds: Math.round(graceMs / 1000),
        }),
      ),
  }
}

/** By id, or by its displayed prefix. */
async function findKeyView(client: AdminClient, name: string): Promise<NamedKeyView> {
  const numbered = await byId<NamedKeyView>(client, '/keys/{id}', name)
  if (numbered !== null) return numbered
  const prefix = displayPrefix(name)
  // What is longer than a prefix may be the key itself, and must not get into an address.
  if (prefix !== name) throw adminError('key_not_found', { key: `${prefix}…` })
  const found: NamedKeyView[] = []
  for await (const view of everyItem<NamedKeyView>(client, '/keys', {
    search: name.trim() || null,
  }))
    if (view.prefix === name) found.push(view)
  const [key, another] = found
  if (key === undefined) throw adminError('key_not_found', { key: name })
  if (another !== undefined) throw adminError('key_ambiguous', { key: name })
  return key
}

export function keyOf(view: KeyView): KeyRow {
  return {
    id: view.id,
    userId: view.user_id,
    name: view.name,
    prefix: view.prefix,
    status: view.status as ApiKeyStatus,
    allowedModels: view.allowed_models,
    rpm: view.rpm,
    tpm: view.tpm,
    maxInFlight: view.max_in_flight,
    priority: view.priority,
    tags: view.tags,
    strict: view.strict,
    allowedAddresses: view.allowed_addresses,
    expiresAtMs: msOf(view.expires_at),
    rotatedTo: view.rotated_to,
    createdAtMs: Date.parse(view.created_at),
  }
}

function mintedOf(view: KeyView & { secret: string }): MintedKeyRow {
  return { secret: view.secret, key: keyOf(view) }
}

/** What is undefined is not sent. */
function patchOf({ name, rpm, tpm, priority, tags, strict, ...patch }: KeyPatch) {
  const { allowedModels, allowedAddresses, maxInFlight, expiresAtMs } = patch
  return {
    ...{ name, rpm, tpm, priority, tags, strict },
    allowed_models: allowedModels,
    allowed_addresses: allowedAddresses,
    max_in_flight: maxInFlight,
    expires_at: typeof expiresAtMs === 'number' ? new Date(expiresAtMs).toISOString() : expiresAtMs,
  }
}

function msOf(time: string | null): number | null {
  return time === null ? null : Date.parse(time)
}
