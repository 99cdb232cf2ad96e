/** Proxy keys. Users manage their own, and may narrow what an admin allows but never widen it. */
import type { z } from '@hono/zod-openapi'
import { keyView } from '../../../../admin/contract.ts'
import type { MintedKey } from '../../../../admin/keys/keys.ts'
import type { KeyPatch } from '../../../../admin/store.ts'
import type { ApiKey } from '../../../../core/entities.ts'
import { isoTime } from '../../../../core/time/iso-time.ts'
import type { MinuteSums } from '../../../../usage/live/live.ts'
import * as contract from '../contract/keys.ts'
import { ApiError } from '../frame/api-error.ts'
import {
  type AdminContext,
  type AdminRoutes,
  actorOf,
  assertOwn,
  creatorOf,
  ownerScope,
  tag,
} from '../frame/operation.ts'
import { cursorOf, pageView } from '../frame/page.ts'
import type { AdminApiParts } from '../frame/parts.ts'
import { replaying } from '../frame/replay.ts'
import { assertMayCreate, assertNarrower } from './key-rights.ts'

export function keyOperations(api: AdminRoutes): void {
  keyList(api)
  oneKey(api)
  endOfKey(api)
}

function keyList({ on, parts }: AdminRoutes): void {
  const { admin } = parts
  on(contract.listKeys, async (context) => {
    const query = context.req.valid('query')
    const owner = ownerScope(context.var.principal) ?? query.user_id ?? null
    const listed = await admin.keys.list({
      ...(owner !== null && { user: String(owner) }),
      search: query.search ?? null,
      state: query.state ?? null,
      unusedDays: query.unused_days ?? null,
      expiresWithinDays: query.expires_within_days ?? null,
      ...cursorOf(query),
    })
    // The owner of a row that can't be read is unknown.
    const shown = ownerScope(context.var.principal) === null ? listed : { next: listed.next }
    return context.json(pageView(shown, await keyViews(parts, listed.items)), 200)
  })
  on(contract.createKey, async (context) => {
    const body = context.req.valid('json')
    const { principal } = context.var
    assertOwn(principal, body.user_id)
    const { user_id: userId, name, ...rights } = body
    const patch = patchOf(rights)
    if (ownerScope(principal) !== null) await assertMayCreate(parts, userId, patch)
    const actor = creatorOf(context, body, parts)
    const result = await replaying(
      () => admin.keys.create(actor, { user: String(userId), name, ...patch }),
      (id) => admin.keys.find(id),
    )
    const minted: MintedKey | ApiKey = result.value
    return created(context, parts, minted)
  })
}

function oneKey({ on, parts }: AdminRoutes): void {
  const { admin } = parts
  on(contract.getKey, async (context) => {
    const key = await ownKeyOf(context, parts, context.req.valid('param').id)
    tag(context, keyView(key), parts)
    return context.json(await oneView(parts, key), 200)
  })
  on(contract.keyActivity, async (context) => {
    const key = await ownKeyOf(context, parts, context.req.valid('param').id)
    const { activity, refusedNow } = await admin.keys.show(String(key.id))
    const time = (atMs: number | null) => (atMs === null ? null : isoTime(atMs))
    const view = {
      refused_because: refusedNow,
      last_used_at: time(activity.lastUsedMs),
      last_refused_at: time(activity.lastRefusedMs),
      last_refusal: activity.lastRefusal,
      last_refused_address: activity.lastRefusedAddress,
    }
    return context.json(view, 200)
  })
  on(contract.updateKey, async (context) => {
    const key = await ownKeyOf(context, parts, context.req.valid('param').id)
    const patch = patchOf(context.req.valid('json'))
    if (ownerScope(context.var.principal) !== null) assertNarrower(key, patch)
    const changed = await admin.keys.update(actorOf(context), String(key.id), patch)
    tag(context, keyView(changed), parts)
    return context.json(await oneView(parts, changed), 200)
  })
}

function endOfKey({ on, parts }: AdminRoutes): void {
  const { admin } = parts
  on(contract.revokeKey, async (context) => {
    const key = await ownKeyOf(context, parts, context.req.valid('param').id)
    const revoked = await admin.keys.revoke(actorOf(context), String(key.id))
    tag(context, keyView(revoked), parts)
    return context.json(await oneView(parts, revoked), 200)
  })
  on(contract.rotateKey, async (context) => {
    const key = await ownKeyOf(context, parts, context.req.valid('param').id)
    const body = context.req.valid('json')
    const actor = creatorOf(context, body, parts)
    const { value } = await replaying(
      () => admin.keys.rotate(actor, String(key.id), body.grace_seconds * 1000),
      (id) => admin.keys.find(id),
    )
    return created(context, parts, value)
  })
}

/** With the secret, once; a replay has none. */
async function created(context: AdminContext, parts: AdminApiParts, made: MintedKey | ApiKey) {
  const replayed = !('secret' in made)
  const key = replayed ? made : made.key
  tag(context, keyView(key), parts)
  const view = { ...(await oneView(parts, key)), secret: replayed ? null : made.secret, replayed }
  return context.json(view, replayed ? 200 : 201)
}

async function ownKeyOf(
  context: AdminContext,
  { admin }: AdminApiParts,
  id: number,
): Promise<ApiKey> {
  const key = await admin.keys.find(String(id))
  if (key.id !== id) throw new ApiError('not_found')
  assertOwn(context.var.principal, key.userId)
  return key
}

function patchOf(body: z.output<typeof contract.KeyChange>): KeyPatch {
  const { name, allowed_models, allowed_addresses, rpm, tpm, expires_at } = body
  const { max_in_flight, priority, tags, strict } = body
  return {
    ...(name !== undefined && { name }),
    ...(allowed_models !== undefined && { allowedModels: allowed_models }),
    ...(allowed_addresses !== undefined && { allowedAddresses: allowed_addresses }),
    ...(rpm !== undefined && { rpm }),
    ...(tpm !== undefined && { tpm }),
    ...(max_in_flight !== undefined && { maxInFlight: max_in_flight }),
    ...(priority !== undefined && { priority }),
    ...(tags !== undefined && { tags }),
    ...(strict !== undefined && { strict }),
    ...(expires_at !== undefined && {
      expiresAtMs: expires_at === null ? null : Date.parse(expires_at),
    }),
  }
}

async function oneView(parts: AdminApiParts, key: ApiKey) {
  const [view] = await keyViews(parts, [key])
  return view as NonNullable<typeof view>
}

async function keyViews({ reads, nowMs, services }: AdminApiParts, keys: readonly ApiKey[]) {
  const figures = await reads.keyFigures(keys.map(({ id }) => id))
  const now = nowMs()
  return keys.map((key) => {
    const of = figures.get(key.id)
    return {
      id: key.id,
      user_id: key.userId,
      username: of?.username ?? '',
      name: key.name,
      prefix: key.prefix,
      status: key.status,
      state: stateOf(key, now),
      allowed_models: key.allowedModels === null ? null : [...key.allowedModels],
      rpm: key.rpm,
      tpm: key.tpm,
      max_in_flight: key.maxInFlight,
      priority: key.priority,
      tags: [...key.tags],
      strict: key.strict,
      allowed_addresses: key.allowedAddresses === null ? null : [...key.allowedAddresses],
      expires_at: key.expiresAtMs === null ? null : isoTime(key.expiresAtMs),
      created_at: isoTime(key.createdAtMs),
      last_used_at: of?.lastUsedAtMs ? isoTime(of.lastUsedAtMs) : null,
      minute: minuteOf(services.live.lastMinuteOf(key.id)),
      rotated_to: key.rotatedTo,
    }
  })
}

function minuteOf({ requests, tokens }: MinuteSums) {
  return { requests, tokens }
}

function stateOf(key: ApiKey, nowMs: number): (typeof contract.KEY_STATES)[number] {
  if (key.status === 'revoked') return 'revoked'
  if (key.expiresAtMs !== null && key.expiresAtMs <= nowMs) return 'expired'
  return key.rotatedTo === null ? 'active' : 'retiring'
}
