/** Where a vendor's call may go, and whose objects it names: what belongs to somebody else is not there. */
import { type Caller, mayUse } from '../../access/caller.ts'
import { GatewayError } from '../../core/errors.ts'
import type { VendorObject } from '../../passthrough/objects.ts'
import {
  modelsIn,
  type Reference,
  referencesIn,
  referencesInQuery,
  sharedSourceIn,
} from '../../passthrough/references.ts'
import type { VendorRoute } from '../../passthrough/route.ts'
import { parsedBody } from '../../protocols/request-body.ts'
import { PROVIDERS, vendorAt } from '../../providers/index.ts'
import { type Plan, targetsOf } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { routeModel } from '../model-route.ts'
import type { Services } from '../services.ts'
import { modelOf, objectIdOf, requestOf, type VendorCall } from './call.ts'
import { listKeys } from './list-keys.ts'
import { holderOf, keepTo, ownedBy } from './ownership.ts'

export interface VendorPlan {
  plan: Plan<UsableUpstream>
  /** The object that the path names, if the caller made it. */
  object: VendorObject | null
  /** For a list: further upstream keys that have objects of the caller. */
  further: readonly UsableUpstream[]
}

export async function planCall(
  services: Services,
  caller: Caller,
  call: VendorCall,
): Promise<VendorPlan> {
  refuseOtherModels(caller, call)
  refuseSharedSources(caller, call)
  const own = await ownedBy(services, caller, namedIn(call))
  const holder = holderOf(services, own)
  const held = holder === null ? null : [holder]
  const [object = null] = own.filter(({ id }) => id === objectIdOf(call))
  if (call.route.target.by === 'list') return planList(services, caller, call)
  return { plan: await planFor(services, caller, call, held), object, further: [] }
}

async function planList(services: Services, caller: Caller, call: VendorCall): Promise<VendorPlan> {
  const [first, ...further] = await listKeys(services, caller, call, accounts(services, call))
  const keys = first === undefined ? accountsFor(services, call) : [first]
  return { plan: targetsOf(keys, ''), object: null, further }
}

/** Null: any key can serve it. */
type Held = readonly UsableUpstream[] | null

async function planFor(
  services: Services,
  caller: Caller,
  call: VendorCall,
  held: Held,
): Promise<Plan<UsableUpstream>> {
  const model = modelOf(call)
  if (model !== null) {
    const plan = speaking(await routeModel(services, caller, requestOf(call)), call)
    return held === null ? plan : keepTo(plan, held)
  }
  return targetsOf(held ?? accountsFor(services, call), '')
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
function refuseOtherModels(caller: Caller, { route, fields, alsoNamed }: VendorCall): void {
  if (caller.key.allowedModels === null) return
  const other = modelsIn([fields, alsoNamed]).find((model) => !mayUse(caller, model))
  if (other === undefined && !route.runsAnyModel) return
  const what = other === undefined ? 'models that a file names' : `the model '${other}'`
  throw new GatewayError(
    'model_not_allowed',
    `gateway: this proxy key may not use ${what}. Ask an administrator for a key that may.`,
    { param: 'model' },
  )
}

/** An upstream shows all that its key has stored, whichever user of the gateway stored it. */
function refuseSharedSources({ user }: Caller, { route, fields }: VendorCall): void {
  if (user.role === 'admin' || !route.path.startsWith('/v1/evals')) return
  const type = sharedSourceIn(fields)
  if (type === null) return
  throw new GatewayError(
    'admin_key_required',
    `gateway: a source of the type '${type}' holds what all users have stored, so it needs a key of an admin. Send the items in the request or in a file.`,
    { param: 'data_source' },
  )
}

function namedIn(call: VendorCall): Reference[] {
  const { target } = call.route
  const id = objectIdOf(call)
  const inPath = target.by === 'object' && id !== null ? [{ kind: target.kind, id }] : []
  const inBody = referencesIn([call.fields, call.alsoNamed])
  return [...inPath, ...referencesInQuery(call.query), ...inBody]
}
