/** Where a vendor's call may go, and whose objects it names: another user's object is treated as missing. */
import { type Caller, mayUse } from '../../access/caller.ts'
import type { ModelDefinition } from '../../core/entities.ts'
import { GatewayError } from '../../core/errors.ts'
import type { HeaderSource } from '../../core/headers.ts'
import { KEY_PROVIDERS } from '../../core/providers/providers.ts'
import type { VendorObject } from '../../passthrough/objects.ts'
import { modelsIn, referencesIn, sharedSourceIn } from '../../passthrough/references.ts'
import type { ModelRequest } from '../../protocols/protocol.ts'
import { parsedBody } from '../../protocols/request-body.ts'
import { PROVIDERS } from '../../providers/index.ts'
import type { ClientLimits } from '../../routing/client-limits.ts'
import { type Plan, targetsOf } from '../../routing/plan.ts'
import { byStickiness } from '../../routing/strategies.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { routeModel } from '../model-route.ts'
import { route as routeRequest } from '../route.ts'
import type { Services } from '../services.ts'
import { checkInputs } from './batch-input/stored.ts'
import { modelOf, namedIn, objectIdOf, requestOf, type VendorCall } from './call.ts'
import { keysOfList } from './list-keys.ts'
import { hasRoutes, holderOf, keepTo, notThere, ownedBy, rankForCall } from './ownership.ts'

export interface VendorPlan extends Planned {
  /** The object that the path names, if the caller made it. */
  object: VendorObject | null
  /** For a list: further upstream keys that have objects of the caller. */
  further: readonly UsableUpstream[]
}

interface Planned {
  plan: Plan<UsableUpstream>
  /** With the parameters that an operator gives the model, if it asks for a response. */
  request: ModelRequest
  /** Null if no operator defined the model. */
  definition: ModelDefinition | null
}

/** A call, and what its client says about where it may go. */
export interface VendorRequest {
  call: VendorCall
  limits: ClientLimits
  headers: HeaderSource
}

export async function planCall(
  services: Services,
  caller: Caller,
  asked: VendorRequest,
): Promise<VendorPlan> {
  const { call } = asked
  refuseOtherModels(caller, call)
  refuseSharedSources(caller, call)
  const named = namedIn(call)
  const own =
    named.length === 0 ? [] : await ownedBy(services, caller, named, rankForCall(services, call))
  const holder = holderOf(services, own)
  await checkInputs(services, caller, { call, own })
  const held = holder === null ? null : [holder]
  const [object = null] = own.filter(({ id }) => id === objectIdOf(call))
  if (call.route.target.by === 'list') return planList(services, caller, call)
  return { ...(await planFor(services, caller, asked, held)), object, further: [] }
}

async function planList(services: Services, caller: Caller, call: VendorCall): Promise<VendorPlan> {
  const [first, ...further] = await keysOfList(services, caller, call, accounts(services, call))
  const keys = first === undefined ? accountsFor(services, call) : [first]
  return { ...unmodelled(call, keys), object: null, further }
}

/** Null: any key can serve it. */
type Held = readonly UsableUpstream[] | null

async function planFor(
  services: Services,
  caller: Caller,
  { call, limits, headers }: VendorRequest,
  held: Held,
): Promise<Planned> {
  if (modelOf(call) === null && held === null) {
    const { plan, ...rest } = unmodelled(call, accountsFor(services, call))
    // All that a user makes is at one key as long as that works, so that it can be used together.
    return { ...rest, plan: byStickiness(plan, `user ${caller.user.id}`) }
  }
  if (modelOf(call) === null) return unmodelled(call, held ?? [])
  const asked = requestOf(call)
  const routed = await routeRequest(services, caller, { asked, limits, headers })
  const { definition } = routed
  const request = asksForResponse(call) ? routed.request : asked
  if (held !== null) return { plan: keepTo(speaking(routed.plan, call), held), request, definition }
  const plan = asksForResponse(call)
    ? plannedForResponse(routed.plan, call)
    : speaking(routed.plan, call)
  return { plan, request, definition }
}

function unmodelled(call: VendorCall, keys: readonly UsableUpstream[]): Planned {
  return { plan: targetsOf(keys, ''), request: requestOf(call), definition: null }
}

/** Without the keys of providers that have no such route. */
function speaking(plan: Plan<UsableUpstream>, call: VendorCall): Plan<UsableUpstream> {
  const has = (upstream: UsableUpstream) =>
    asksForResponse(call) ? holdsResponses(upstream) : hasRoutes(upstream, call.route)
  return withKeys(plan, has)
}

function withKeys(
  plan: Plan<UsableUpstream>,
  isMeant: (upstream: UsableUpstream) => boolean,
): Plan<UsableUpstream> {
  return plan
    .map((target) => ({ ...target, keys: target.keys.filter(isMeant) }))
    .filter(({ keys }) => keys.length > 0)
}

export function asksForResponse({ route }: VendorCall): boolean {
  return route.path === '/v1/responses'
}

/**
 * Upstreams that keep responses come first if this one is to be kept; the others, which get a translation, answer if
 * all of those fail. With `store: false` only the order of the targets counts.
 */
function plannedForResponse(plan: Plan<UsableUpstream>, call: VendorCall): Plan<UsableUpstream> {
  const keeping = speaking(plan, call)
  if (keeping.length === 0) return plan
  if (needsVendor(call)) return keeping
  if (call.fields.store === false) return plan
  const last = Math.max(...keeping.map(({ priority }) => priority))
  const others = withKeys(plan, (upstream) => !holdsResponses(upstream))
  const after = others.map((target) => ({ ...target, priority: last + 1 + target.priority }))
  return [...keeping, ...after]
}

/** It continues something that a vendor stores, or runs there in the background. */
export function needsVendor({ fields }: VendorCall): boolean {
  return fields.background === true || fields.prompt != null || referencesIn(fields).length > 0
}

function keepsThem(key: UsableUpstream['key']): boolean {
  return PROVIDERS[key.provider].keepsResponses?.(key) !== false
}

/** Whether it takes Responses, and keeps them for later calls. */
export function holdsResponses(upstream: UsableUpstream): boolean {
  const { speaks } = PROVIDERS[upstream.key.provider]
  return (
    hasRoutes(upstream, { api: 'openai' }) &&
    speaks?.(upstream.key, 'responses') !== false &&
    keepsThem(upstream.key)
  )
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
    return plan.some(({ keys }) => keys.some(holdsResponses))
  } catch {
    return false
  }
}

/** All keys of vendors that have such routes, without those that are never to be sent Responses. */
function accounts({ directory }: Services, { route }: VendorCall): UsableUpstream[] {
  const isOfResponses = /^\/v1\/(?:responses|conversations)(?:\/|$)/.test(route.path)
  return directory
    .allUpstreams()
    .filter((upstream) => hasRoutes(upstream, route))
    .filter(({ key }) => !isOfResponses || (key.protocol !== 'chat' && keepsThem(key)))
}

function accountsFor(services: Services, call: VendorCall): UsableUpstream[] {
  const { route } = call
  const all = accounts(services, call)
  const rank = ({ key }: UsableUpstream) => KEY_PROVIDERS.indexOf(key.provider)
  const best = Math.min(...all.map(rank))
  if (all.length > 0) return all.filter((upstream) => rank(upstream) === best)
  const [object] = route.target.by === 'object' ? namedIn(call) : []
  if (object !== undefined) throw notThere(object.kind, object.id)
  throw new GatewayError(
    'no_available_upstream',
    `gateway: no upstream key serves ${route.path}. An administrator adds one with "gpt-proxy upstream add".`,
  )
}

/** A key that is restricted to some models may not run others through the fields or files of a call. */
function refuseOtherModels(caller: Caller, { route, fields, alsoNamed }: VendorCall): void {
  if (caller.key.allowedModels === null) return
  const named = modelsIn([fields, alsoNamed]).map((model) => model.replace(/^models\//, ''))
  const other = named.find((model) => !mayUse(caller, model))
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
