/** Model calls as one of one's own keys: a session grants nothing beyond what the key may. */
import type { Caller } from '../../../access/caller.ts'
import { keyRevoked, whyUnusable } from '../../../pipeline/authenticate.ts'
import { openContext } from '../../../pipeline/context.ts'
import { createModelList } from '../../../pipeline/models/model-list.ts'
import { serve } from '../../../pipeline/serve.ts'
import { allowsModel } from '../../../routing/model-names.ts'
import { errorAnswer } from '../../error-response.ts'
import { reportRefusal } from '../inference.ts'
import * as contract from './contract/system.ts'
import { ApiError } from './frame/api-error.ts'
import { type AdminContext, type AdminRoutes, assertOwn } from './frame/operation.ts'
import type { AdminApiParts } from './frame/parts.ts'

const ENDPOINTS = {
  'chat.completions': 'chat/completions',
  completions: 'completions',
  embeddings: 'embeddings',
} as const

export function playgroundOperations({ on, parts }: AdminRoutes): void {
  const { services } = parts
  const models = createModelList(services)
  on(contract.playground, async (context) => {
    const { key_id: keyId, endpoint } = context.req.valid('param')
    const caller = await callerOf(parts, keyId, context)
    const { exchange, requestId } = context.env
    const request = openContext(requestId, services.clock.nowMs())
    exchange.abortWhenGone = request.signal
    exchange.refusal = { revoked: () => errorAnswer(keyRevoked(), requestId) }
    const text = JSON.stringify(context.req.valid('json'))
    // The pipeline answers by itself, byte for byte as on /v1.
    context.env.responded = true
    try {
      await serve(
        services,
        {
          protocol: 'openai',
          endpoint: ENDPOINTS[endpoint],
          client: exchange,
          readBody: () => text,
          caller,
        },
        request,
      )
    } catch (error) {
      reportRefusal(services, request, error, exchange)
      exchange.respond(errorAnswer(error, requestId, { logger: services.logger }))
    }
    return context.body(null) as never
  })
  on(contract.playgroundModels, async (context) => {
    const { key_id: keyId } = context.req.valid('param')
    const { key } = await callerOf(parts, keyId, context)
    const listed = await models.list().catch(() => ({ data: [] }))
    const allowed = listed.data
      .map(({ id }) => id)
      .filter((id) => allowsModel(key.allowedModels, id))
    const problem =
      allowed.length > 0
        ? null
        : listed.data.length === 0
          ? 'no upstream lists a model; add one, or name its models'
          : 'the key allows none of the models that are served'
    return context.json({ models: allowed, problem }, 200)
  })
}

const UNUSABLE = {
  expired: 'the key has expired; create another one, or extend it',
  'address not allowed': 'the key may not be used from your address',
}

/** The same checks as if the key itself had been sent: active, not expired, of an active user, from this address. */
async function callerOf(
  { admin, services }: AdminApiParts,
  keyId: number,
  { var: { principal }, env: { exchange } }: AdminContext,
): Promise<Caller> {
  const key = await admin.keys.find(String(keyId))
  if (principal.role === 'admin' ? key.userId !== principal.user.id : false)
    throw new ApiError('role_not_allowed', {
      message: 'the playground runs as your own keys; create one for yourself',
    })
  assertOwn(principal, key.userId)
  const caller = services.directory.findCaller(key.keyHash)
  if (caller === null) throw new ApiError('not_found', { message: 'the key is not active' })
  const reason = whyUnusable(services, caller, exchange)
  if (reason !== null) throw new ApiError('role_not_allowed', { message: UNUSABLE[reason] })
  return caller
}
