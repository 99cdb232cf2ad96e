/** GET /v1/models: what the configured upstream keys serve, as one list, and one of them by its name. */
import { GatewayError } from '../../core/errors.ts'
import { passedHops } from '../../core/hops.ts'
import { refuseLoop } from '../../pipeline/admit.ts'
import { createModelList, type Models } from '../../pipeline/models/model-list.ts'
import { othersModels } from '../../pipeline/models/trained-models.ts'
import type { Services } from '../../pipeline/services.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'
import { allowsModel } from '../../routing/model-names.ts'
import type { ModelList } from '../../upstreams/known-lists.ts'
import { jsonReply } from '../json.ts'
import type { AppParts, Handler } from '../route.ts'
import { decodedOr } from '../router.ts'
import type { Exchange } from '../server/exchange.ts'
import { queryTextOf } from '../server/target.ts'
import { entryFor, geminiEntry, geminiList, listFor } from './model-forms.ts'

/** Both routes share what upstreams answered. */
const lists = new WeakMap<Services, Models>()

function modelsOf(services: Services): Models {
  const known = lists.get(services)
  if (known !== undefined) return known
  const made = createModelList(services)
  lists.set(services, made)
  return made
}

type ListForm = (headers: Exchange['headers'], list: ModelList, query: URLSearchParams) => object
type EntryForm = (headers: Exchange['headers'], entry: ModelEntry) => object

export const listClientModels = (parts: AppParts) => listing(parts, listFor)
export const lookAtModel = (parts: AppParts) => looking(parts, entryFor)
export const listGeminiModels = (parts: AppParts) =>
  listing(parts, (_, list, query) => geminiList(list, query))
export const lookAtGeminiModel = (parts: AppParts) =>
  looking(parts, (_, entry) => geminiEntry(entry))

function listing({ gateway }: AppParts, form: ListForm): Handler<'proxy_key'> {
  const models = modelsOf(gateway)
  return async ({ caller, exchange, headers }) => {
    refuseLoop(exchange.headers)
    await gateway.rateLimits.hold(caller.key, exchange, 0, headers)
    const list = await models.list(passedHops(exchange.headers))
    const allowed = list.data.filter(({ id }) => allowsModel(caller.key.allowedModels, id))
    const hidden = await othersModels(
      gateway,
      caller,
      allowed.map(({ id }) => id),
    )
    const data = allowed.filter(({ id }) => !hidden.has(id))
    const query = new URLSearchParams(queryTextOf(exchange.target))
    return jsonReply(form(exchange.headers, { ...list, data }, query))
  }
}

function looking({ gateway }: AppParts, form: EntryForm): Handler<'proxy_key'> {
  const models = modelsOf(gateway)
  return async ({ caller, exchange, headers, params }) => {
    refuseLoop(exchange.headers)
    const model = decodedOr(params.model ?? '')
    if (!allowsModel(caller.key.allowedModels, model)) throw notAllowed(model)
    await gateway.rateLimits.hold(caller.key, exchange, 0, headers)
    const hidden = await othersModels(gateway, caller, [model])
    const found = hidden.has(model) ? null : await models.find(model)
    if (found === null) throw notFound(model)
    return jsonReply(form(exchange.headers, found))
  }
}

function notAllowed(model: string): GatewayError {
  return new GatewayError(
    'model_not_allowed',
    `gateway: this proxy key may not use the model '${model}'.`,
    { param: 'model' },
  )
}

function notFound(model: string): GatewayError {
  return new GatewayError(
    'model_not_found',
    `gateway: no upstream lists the model '${model}'. GET /v1/models shows what there is.`,
    { param: 'model' },
  )
}
