/** Whose objects a request names, and where they are: what belongs to another user is not there. */
import { type Caller, mayUse } from '../../access/caller.ts'
import { GatewayError } from '../../core/errors.ts'
import type { Reference, VendorObject } from '../../passthrough/objects.ts'
import { referencesIn } from '../../passthrough/references.ts'
import type { VendorRoute } from '../../passthrough/route.ts'
import type { Endpoint, ModelRequest } from '../../protocols/protocol.ts'
import { vendorAt } from '../../providers/index.ts'
import type { Plan } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { previousNotThere } from '../kept/continue.ts'
import { isListed } from '../models/model-list.ts'
import type { Services } from '../services.ts'
import { modelOf, type VendorCall } from './call.ts'

/** Of one look-up. */
const MAX_IDS = 500

/**
 * An id can be known at several upstream keys, since each vendor makes its own. The key with the lowest rank is meant;
 * null: the call can't be about an object at that key.
 */
export type RankOfKey = (upstreamKeyId: number) => number | null
/** The rank of keys that were removed. */
export const REMOVED = 2

/** Whether the key's vendor has routes of this API. */
export function hasRoutes({ key }: UsableUpstream, { api }: Pick<VendorRoute, 'api'>): boolean {
  return vendorAt(key.provider, api) !== null
}

/** Meant is an object of the vendor whose API the call speaks, at a key that serves the call's model if one does. */
export function rankForCall({ directory }: Services, call: VendorCall): RankOfKey {
  const known = new Map(directory.allUpstreams().map((upstream) => [upstream.key.id, upstream]))
  const model = modelOf(call)
  const serving = model === null ? [] : directory.routeFor(model).plan.flatMap(({ keys }) => keys)
  const servingIds = new Set(serving.map(({ key }) => key.id))
  return (keyId) => {
    const upstream = known.get(keyId)
    if (upstream === undefined) return REMOVED
    if (!hasRoutes(upstream, call.route)) return null
    return model === null || servingIds.has(keyId) ? 0 : 1
  }
}

/**
 * The caller's own among those that are named, each at one key; throws if one is another user's, or unknown if those
 * are refused.
 */
export async function ownedBy(
  services: Services,
  caller: Caller,
  references: readonly Reference[],
  rank: RankOfKey = anyKey(services),
): Promise<VendorObject[]> {
  const own: VendorObject[] = []
  for (const [kind, group] of Map.groupBy(references, (reference) => reference.kind)) {
    for (let at = 0; at < group.length; at += MAX_IDS)
      own.push(
        ...(await ownAmong(services, caller, {
          kind,
          named: group.slice(at, at + MAX_IDS),
          rank,
        })),
      )
  }
  return own
}

function anyKey({ directory }: Services): RankOfKey {
  const usable = new Set(directory.allUpstreams().map(({ key }) => key.id))
  return (keyId) => (usable.has(keyId) ? 0 : REMOVED)
}

interface Named {
  kind: string
  named: readonly Reference[]
  rank: RankOfKey
}

async function ownAmong(
  services: Services,
  caller: Caller,
  { kind, named, rank }: Named,
): Promise<VendorObject[]> {
  const ids = named.map(({ id }) => id)
  const known = Map.groupBy(await services.objects.find(kind, ids), ({ id }) => id)
  const own: VendorObject[] = []
  for (const { id, isPrevious } of named) {
    const rows = byRank(known.get(id) ?? [], rank)
    const mine = rows.find(({ userId }) => userId === caller.user.id)
    if (mine !== undefined) own.push(mine)
    else if (rows.length > 0 || !(await mayUseUnknown(services, caller, { kind, id })))
      throw isPrevious ? previousNotThere(id) : notThere(kind, id)
  }
  return own
}

function byRank(rows: readonly VendorObject[], rank: RankOfKey): VendorObject[] {
  return rows
    .flatMap((row) => {
      const place = rank(row.upstreamKeyId)
      return place === null ? [] : [{ row, place }]
    })
    .toSorted((one, other) => one.place - other.place)
    .map(({ row }) => row)
}

/**
 * An id that the gateway has not seen is only known to users who got it elsewhere. The list of models shows names
 * to everybody, so only an administrator may delete a listed model of unknown owner.
 */
async function mayUseUnknown(
  services: Services,
  caller: Caller,
  { kind, id }: Reference,
): Promise<boolean> {
  if (caller.user.role === 'admin') return true
  if (services.unknownObjects === 'refuse') return false
  return kind !== 'model' || (mayUse(caller, id) && !(await isListed(services, id)))
}

/** As OpenAI says it: without a code. */
export function notThere(kind: string, id: string): GatewayError {
  const name = kind.replaceAll('_', ' ')
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)}`
  const message = `gateway: ${title} with id '${id.slice(0, 100)}' not found.`
  return new GatewayError('not_found', message, { clientCode: null })
}

/** The upstream key that has all these objects; null if there are none. */
export function holderOf(
  { directory }: Services,
  own: readonly VendorObject[],
): UsableUpstream | null {
  const [first] = own
  if (first === undefined) return null
  const apart = own.find(({ upstreamKeyId }) => upstreamKeyId !== first.upstreamKeyId)
  if (apart !== undefined)
    throw new GatewayError(
      'invalid_request',
      `gateway: ${first.id} and ${apart.id} are at different upstream keys, so no upstream knows both. Create them again in one request after the other.`,
    )
  const upstream = directory.allUpstreams().find(({ key }) => key.id === first.upstreamKeyId)
  if (upstream !== undefined) return upstream
  throw new GatewayError(
    'object_unavailable',
    `gateway: the upstream key that created ${first.id} was removed, so it can't be reached any more. Create it again, or ask an administrator to add that key again.`,
  )
}

/** The part of a plan that has the objects of the request. */
export function keepTo(
  plan: Plan<UsableUpstream>,
  held: readonly UsableUpstream[],
): Plan<UsableUpstream> {
  const ids = held.map(({ key }) => key.id)
  const targets = plan.map((target) => ({
    ...target,
    keys: target.keys.filter(({ key }) => ids.includes(key.id)),
  }))
  const left = targets.filter(({ keys }) => keys.length > 0)
  if (left.length > 0) return left
  throw new GatewayError(
    'invalid_request',
    'gateway: the objects that this request names are at an upstream key that does not serve its model. Upload them again for this model.',
    { param: 'model' },
  )
}

const NAMING: ReadonlySet<Endpoint> = new Set([
  'chat/completions',
  'messages',
  'messages/count_tokens',
  'responses',
  'responses/input_tokens',
  'generateContent',
  'countTokens',
])

/**
 * For model calls, which can name files as well: the plan for the upstream key that has them. A promise only if
 * the request names objects.
 */
export function planForObjects(
  services: Services,
  caller: Caller,
  { request, plan }: { request: ModelRequest; plan: Plan<UsableUpstream> },
): Plan<UsableUpstream> | Promise<Plan<UsableUpstream>> {
  if (!NAMING.has(request.endpoint)) return plan
  const references = referencesIn(request.body)
  if (references.length === 0) return plan
  return planForOwned(services, caller, plan, references)
}

/** A function of its own, because a closure that is not made costs as much as one that is. */
async function planForOwned(
  services: Services,
  caller: Caller,
  plan: Plan<UsableUpstream>,
  references: readonly Reference[],
): Promise<Plan<UsableUpstream>> {
  const planned = new Set(plan.flatMap(({ keys }) => keys.map(({ key }) => key.id)))
  const rank = anyKey(services)
  const best: RankOfKey = (keyId) => (planned.has(keyId) ? 0 : (rank(keyId) ?? 0) + 1)
  const own = await ownedBy(services, caller, references, best)
  const holder = holderOf(services, own)
  return holder === null ? plan : keepTo(plan, [holder])
}
