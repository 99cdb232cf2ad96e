/** Where a vendor's call may go, and whose objects it names: what belongs to somebody else is not there. */
import { type Caller, mayUse } from '../../access/caller.ts'
import { GatewayError } from '../../core/errors.ts'
import {
  modelsIn,
  type Reference,
  referencesIn,
  type VendorObject,
} from '../../passthrough/objects.ts'
import type { VendorRoute } from '../../passthrough/route.ts'
import { parsedBody } from '../../protocols/request-body.ts'
import { PROVIDERS, vendorAt } from '../../providers/index.ts'
import { type Plan, targetsOf } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { routeModel } from '../model-route.ts'
import type { Services } from '../services.ts'
import { modelOf, objectIdOf, requestOf, type VendorCall } from './call.ts'

export interface VendorPlan {
  plan: Plan<UsableUpstream>
  /** The object that the path names, if the caller made it. */
  object: VendorObject | null
}

export async function planCall(
  services: Services,
  caller: Caller,
  call: VendorCall,
): Promise<VendorPlan> {
  refuseOtherModels(caller, call)
  const own = await ownedBy(services, caller, namedIn(call))
  const held = heldAt(services, call, own)
  const [object = null] = own.filter(({ id }) => id === objectIdOf(call))
  return { plan: await planFor(services, caller, call, held), object }
}

/** Null: any key will do. */
type Held = readonly UsableUpstream[] | null

async function planFor(
  services: Services,
  caller: Caller,
  call: VendorCall,
  held: Held,
): Promise<Plan<UsableUpstream>> {
  const { target } = call.route
  const model = modelOf(call)
  if (model !== null) {
    const plan = speaking(await routeModel(services, caller, requestOf(call)), call)
    return held === null ? plan : pinned(plan, held)
  }
  if (target.by === 'list') {
    const ids = await services.objects.keysOf(target.kind, caller.user.id)
    const keys = accounts(services, call).filter(({ key }) => ids.includes(key.id))
    return targetsOf(keys.length > 0 ? keys : accountsFor(services, call), '')
  }
  return targetsOf(held ?? accountsFor(services, call), '')
}

function pinned(plan: Plan<UsableUpstream>, held: readonly UsableUpstream[]) {
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

/** Without the keys of providers that have no such route. */
function speaking(plan: Plan<UsableUpstream>, { route }: VendorCall): Plan<UsableUpstream> {
  const has = (upstream: UsableUpstream) =>
    route.path === '/v1/responses' ? speaksResponses(upstream) : hasRoutes(upstream, route)
  return plan
    .map((target) => ({ ...target, keys: target.keys.filter(has) }))
    .filter(({ keys }) => keys.length > 0)
}

function hasRoutes({ key }: UsableUpstream, { api }: Pick<VendorRoute, 'api'>): boolean {
  return vendorAt(key.provider, api) !== null
}

function speaksResponses(upstream: UsableUpstream): boolean {
  const { speaks } = PROVIDERS[upstream.key.provider]
  return hasRoutes(upstream, { api: 'openai' }) && speaks?.(upstream.key, 'responses') !== false
}

/**
 * Whether a request for a response goes to an upstream that keeps responses. What is wrong with the request is
 * for its handler to say.
 */
export async function keepsResponses(
  services: Services,
  caller: Caller,
  text: string,
): Promise<boolean> {
  const model = parsedBody(text)?.model
  if (typeof model !== 'string') return true
  try {
    const request = { protocol: 'responses', endpoint: 'responses', method: 'POST', model } as const
    const more = { stream: false, text: null, body: {} }
    const plan = await routeModel(services, caller, { ...request, ...more })
    return plan.some(({ keys }) => keys.some(speaksResponses))
  } catch {
    return false
  }
}

/** All keys of vendors that have such routes. */
function accounts({ directory }: Services, { route }: VendorCall): UsableUpstream[] {
  return directory.allUpstreams().filter((upstream) => hasRoutes(upstream, route))
}

/** The vendor itself before whoever is only compatible with it, since files and the like are rarely there. */
const PREFERENCE = ['openai', 'azure', 'compatible', 'anthropic']

function accountsFor(services: Services, call: VendorCall): UsableUpstream[] {
  const { route } = call
  const all = accounts(services, call)
  const rank = ({ key }: UsableUpstream) => PREFERENCE.indexOf(key.provider)
  const best = Math.min(...all.map(rank))
  if (all.length > 0) return all.filter((upstream) => rank(upstream) === best)
  throw new GatewayError(
    'no_available_upstream',
    `gateway: no upstream key serves ${route.path}. An administrator adds one with "gpt-proxy upstream add".`,
  )
}

/** A key that is restricted to some models may not run others through the fields or files of a call. */
function refuseOtherModels(caller: Caller, { route, fields }: VendorCall): void {
  if (caller.key.allowedModels === null) return
  const other = modelsIn(fields).find((model) => !mayUse(caller, model))
  if (other === undefined && !route.runsAnyModel) return
  const what = other === undefined ? 'models that a file names' : `the model '${other}'`
  throw new GatewayError(
    'model_not_allowed',
    `gateway: this proxy key may not use ${what}. Ask an administrator for a key that may.`,
    { param: 'model' },
  )
}

function namedIn(call: VendorCall): Reference[] {
  const { target } = call.route
  const id = objectIdOf(call)
  const inPath = target.by === 'object' && id !== null ? [{ kind: target.kind, id }] : []
  return [...inPath, ...referencesIn(call.fields)]
}

/** The caller's own among those that are named; throws if one is somebody else's, or nobody's where that is refused. */
async function ownedBy(
  services: Services,
  caller: Caller,
  references: readonly Reference[],
): Promise<VendorObject[]> {
  const own: VendorObject[] = []
  for (const [kind, group] of Map.groupBy(references, (reference) => reference.kind)) {
    const ids = group.map(({ id }) => id)
    const known = await services.objects.find(kind, ids)
    for (const id of ids) {
      const rows = known.filter((object) => object.id === id)
      const mine = rows.find(({ userId }) => userId === caller.user.id)
      if (mine !== undefined) own.push(mine)
      else if (rows.length > 0 || !mayUseUnknown(services, caller, kind)) throw notThere(kind, id)
    }
  }
  return own
}

/** Everybody can list the names of models, so that nobody's model is only an administrator's to delete. */
function mayUseUnknown({ unknownObjects }: Services, { user }: Caller, kind: string): boolean {
  return user.role === 'admin' || (unknownObjects === 'pass' && kind !== 'model')
}

function notThere(kind: string, id: string): GatewayError {
  const name = kind.replaceAll('_', ' ')
  return new GatewayError('not_found', `gateway: there is no ${name} '${id.slice(0, 100)}'.`)
}

/** The upstream keys of the objects; all have to be at one. */
function heldAt(services: Services, call: VendorCall, own: readonly VendorObject[]): Held {
  const [first] = own
  if (first === undefined) return null
  const apart = own.find(({ upstreamKeyId }) => upstreamKeyId !== first.upstreamKeyId)
  if (apart !== undefined)
    throw new GatewayError(
      'invalid_request',
      `gateway: ${first.id} and ${apart.id} are at different upstream keys, so no upstream knows both. Create them again in one request after the other.`,
    )
  const upstream = accounts(services, call).find(({ key }) => key.id === first.upstreamKeyId)
  if (upstream !== undefined) return [upstream]
  throw new GatewayError(
    'object_unavailable',
    `gateway: the upstream key that created ${first.id} was removed, so it can't be reached any more. Create it again.`,
  )
}
