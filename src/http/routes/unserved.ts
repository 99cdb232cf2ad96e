/**
 * Routes of other vendors' APIs that the gateway knows and does not serve: refused with 400 in that
 * vendor's error form. To a 404 some clients answer that the model does not exist.
 */
import type { Reply } from '../../pipeline/client.ts'
import { jsonReply } from '../json.ts'
import { createRouter } from '../router.ts'

/** Writes an error body as the vendor does. */
type ErrorForm = (message: string, requestId: string) => object

const anthropic: ErrorForm = (message, request_id) => ({
  type: 'error',
  error: { type: 'invalid_request_error', message },
  request_id,
})
const gemini: ErrorForm = (message) => ({
  error: { code: 400, message, status: 'INVALID_ARGUMENT' },
})
const ollama: ErrorForm = (message) => ({ error: message })
const cohere: ErrorForm = (message) => ({ message })
const openai: ErrorForm = (message, request_id) => ({
  error: { message, type: 'invalid_request_error', code: 'not_served', param: null, request_id },
})

interface Unserved {
  method: string
  path: string
  value: { api: string; form: ErrorForm; help: string }
}

const OTHER_API = 'Use the OpenAI API at /v1/chat/completions; GET /v1/models lists the models.'

const OPERATORS =
  'It concerns all users of the upstream key, so the operator of the gateway does it at the vendor.'

/** The collections and all that is below them. */
const everyMethod = (...collections: string[]) =>
  ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
    collections.flatMap((path) => [`${method} ${path}`, `${method} ${path}/{rest*}`]),
  )

const of =
  (api: string, form: ErrorForm, help = OTHER_API) =>
  (line: string): Unserved => {
    const [method = '', path = ''] = line.split(' ')
    return { method, path, value: { api, form, help } }
  }

/** A row goes as soon as the route is served. */
const UNSERVED: readonly Unserved[] = [
  ...['POST /v1/complete'].map(of('the Anthropic API', anthropic)),
  ...['POST /v1/projects/{project}/locations/{rest*}'].map(of('Vertex AI', gemini)),
  ...['POST /api/chat', 'POST /api/generate', 'POST /api/embed', 'GET /api/tags'].map(
    of("Ollama's own API", ollama),
  ),
  ...['POST /v2/chat', 'POST /v2/rerank', 'POST /v2/embed'].map(of('the Cohere API', cohere)),
  ...everyMethod('/v1/organization', '/v1/projects', '/v1/safety').map(
    of('administration of the organisation', openai, OPERATORS),
  ),
  ...everyMethod('/v1/webhook_endpoints', '/v1/webhook_event_types').map(
    of('administration of webhooks', openai, OPERATORS),
  ),
  ...everyMethod('/v1/organizations', '/v1/compliance', '/v1/tunnels').map(
    of('administration of the organisation', anthropic, OPERATORS),
  ),
  ...everyMethod('/v1beta/webhooks', '/v1alpha/webhooks').map(
    of('administration of webhooks', gemini, OPERATORS),
  ),
]

const router = createRouter(UNSERVED)

/** Null where the route belongs to no vendor that is known here. */
export function unservedReply(method: string, path: string, requestId: string): Reply | null {
  const found = router.match(method, path)
  if (found === null) return null
  const { api, form, help } = found.value
  const message = `gateway: ${api} is not served at ${path.slice(0, 200)}. ${help}`
  const { headers, ...reply } = jsonReply(form(message, requestId), 400)
  return { ...reply, headers: { ...headers, 'x-request-id': requestId } }
}
