/** Stage 3: where it may go. */

import { type Caller, mayUse } from '../access/caller.ts'
import { GatewayError } from '../core/errors.ts'
import type { ModelRequest } from '../protocols/openai/request.ts'
import { DEMO_MODEL_PREFIX, DEMO_UPSTREAM, isDemoModel } from '../providers/demo/models.ts'
import type { UsableUpstream } from '../upstreams/directory.ts'
import type { Services } from './services.ts'

/** The upstream keys that are configured for the model; which of them is healthy is asked at each try. */
export type Plan = readonly UsableUpstream[]

const DEMO_PLAN: Plan = [{ key: DEMO_UPSTREAM, secret: '', echoForms: [], secretForms: [] }]

export function route(gateway: Services, caller: Caller, ask: ModelRequest): Plan {
  if (!mayUse(caller, ask.model)) {
    throw new GatewayError(
      'model_not_allowed',
      `gateway: this proxy key may not use the model '${ask.model}'. ModelRequest an operator for a key that may.`,
      { param: 'model' },
    )
  }
  if (isDemoModel(ask.model)) return DEMO_PLAN
  const plan = gateway.directory.upstreamsFor(ask.model)
  if (plan.length > 0) return plan
  if (gateway.directory.hasUndecryptable(ask.model)) throw undecryptable(ask.model)
  throw new GatewayError('model_not_found', notFound(gateway, ask.model), { param: 'model' })
}

function notFound(gateway: Services, model: string): string {
  if (model.startsWith(DEMO_MODEL_PREFIX)) return `gateway: there is no demo model '${model}'.`
  return gateway.directory.allUpstreams().length === 0
    ? `gateway: there is no upstream key yet, so no model '${model}'. An operator adds one with "gpt-proxy upstream add"; until then 'demo/echo' answers.`
    : `gateway: no upstream key serves the model '${model}'. GET /v1/models lists what there is.`
}

function undecryptable(model: string): GatewayError {
  return new GatewayError(
    'no_available_upstream',
    `gateway: no upstream key for the model '${model}' can be decrypted, so none is used. An operator sees why with "gpt-proxy doctor --only ENC-1".`,
    { doctor: 'ENC-1' },
  )
}
