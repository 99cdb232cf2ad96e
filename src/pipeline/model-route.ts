/** The targets that serve a model, if this caller may use it. */

import { type Caller, mayUse } from '../access/caller.ts'
import { GatewayError } from '../core/errors.ts'
import { TUNED_MODEL } from '../passthrough/gemini-names.ts'
import { fineTunedModel } from '../passthrough/references.ts'
import type { ModelRequest } from '../protocols/protocol.ts'
import { DEMO_MODEL_PREFIX, DEMO_UPSTREAM, isDemoModel } from '../providers/demo/models.ts'
import { vendorAt } from '../providers/index.ts'
import { type Plan, targetsOf } from '../routing/plan.ts'
import type { UsableUpstream } from '../upstreams/directory.ts'
import { planForTrained } from './models/trained-models.ts'
import type { Services } from './services.ts'
import { holderOf, ownedBy } from './vendor/ownership.ts'

type RequestPlan = Plan<UsableUpstream>

const DEMO_KEYS = [{ key: DEMO_UPSTREAM, secret: '', echoForms: [], secretForms: [] }]

/** The targets that are configured for the model; which of them is healthy is asked at each attempt. */
export function routeModel(
  services: Services,
  caller: Caller,
  { model }: ModelRequest,
): RequestPlan | Promise<RequestPlan> {
  if (!mayUse(caller, model)) {
    throw new GatewayError(
      'model_not_allowed',
      `gateway: this proxy key may not use the model '${model}'. Ask an administrator for a key that may.`,
      { param: 'model' },
    )
  }
  if (isDemoModel(model)) return targetsOf(DEMO_KEYS, model)
  const { plan, undecryptable, askLists, definition, malformed } =
    services.directory.routeFor(model)
  if (malformed === true) throw malformedError(model)
  if (definition === null && fineTunedModel(model)?.kind === TUNED_MODEL)
    return tunedTargets(services, caller, model)
  if (undecryptable) throw undecryptableError(model)
  if (plan.length === 0) throw modelNotFound(services, model)
  if (fineTunedModel(model) !== null)
    return trainedTargets(services, caller, { model, plan, askLists })
  return askLists ? listedTargets(services, plan, model) : plan
}

/** Google's list of models has no tuned ones: they are at the key where they were made. */
async function tunedTargets(
  services: Services,
  caller: Caller,
  model: string,
): Promise<RequestPlan> {
  const reference = fineTunedModel(model)
  const own = await ownedBy(services, caller, reference === null ? [] : [reference])
  const holder = holderOf(services, own)
  const isGemini = ({ key }: UsableUpstream) => vendorAt(key.provider, 'gemini') !== null
  const keys = holder === null ? services.directory.allUpstreams().filter(isGemini) : [holder]
  if (keys.length === 0) throw modelNotFound(services, model)
  return targetsOf(keys, model)
}

interface Trained {
  model: string
  plan: RequestPlan
  askLists: boolean
}

async function trainedTargets(
  services: Services,
  caller: Caller,
  { model, plan, askLists }: Trained,
): Promise<RequestPlan> {
  const own = await planForTrained(services, caller, { model, plan })
  if (own === null) throw modelNotFound(services, model)
  return askLists ? listedTargets(services, own, model) : own
}

/** Keys that serve any model get what their upstream lists, so that no other one's prompts go there. */
async function listedTargets(
  services: Services,
  plan: RequestPlan,
  model: string,
): Promise<RequestPlan> {
  const serving = await Promise.all(
    plan.map((target) => services.modelLists.mayServe(target.keys, model)),
  )
  const targets = plan.filter((_, at) => serving[at])
  if (targets.length === 0) throw modelNotFound(services, model)
  return targets
}

function modelNotFound(services: Services, model: string): GatewayError {
  return new GatewayError('model_not_found', notFound(services, model), { param: 'model' })
}

function notFound(services: Services, model: string): string {
  if (model.startsWith(DEMO_MODEL_PREFIX)) return `gateway: there is no demo model '${model}'.`
  return services.directory.allUpstreams().length === 0
    ? `gateway: there is no upstream key yet, so no model '${model}'. An operator adds one with "gpt-proxy upstream add"; until then 'demo/echo' answers.`
    : `gateway: no upstream key serves the model '${model}'. GET /v1/models lists what there is.`
}

function malformedError(model: string): GatewayError {
  return new GatewayError(
    'no_available_upstream',
    `gateway: the definition of the model '${model}' is malformed, so it is not used. An operator sees why with "gpt-proxy doctor --only DB-1".`,
    { doctor: 'DB-1' },
  )
}

function undecryptableError(model: string): GatewayError {
  return new GatewayError(
    'no_available_upstream',
    `gateway: no upstream key for the model '${model}' can be decrypted, so none is used. An operator sees why with "gpt-proxy doctor --only ENC-1".`,
    { doctor: 'ENC-1' },
  )
}
