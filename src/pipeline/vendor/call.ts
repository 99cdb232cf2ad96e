/** One call of a vendor's route, read as far as the gateway decides on it. */
import { invalidRequest } from '../../core/errors.ts'
import type { FormPart } from '../../passthrough/form.ts'
import { namingFields } from '../../passthrough/naming-fields.ts'
import type { Reference } from '../../passthrough/objects.ts'
import { referencesIn, referencesInQuery } from '../../passthrough/references.ts'
import { ANY_KEY, type VendorRoute } from '../../passthrough/route.ts'
import type { ModelRequest, VendorEndpoint } from '../../protocols/protocol.ts'
import type { BodySource } from '../../upstreams/transport.ts'

/** A body as it is sent to the upstream. */
export type VendorBody =
  | { kind: 'none' }
  | { kind: 'json'; text: string }
  | { kind: 'form'; bytes: Buffer; parts: readonly FormPart[]; boundary: string; type: string }
  | { kind: 'bytes'; bytes: Uint8Array; type: string }
  /** Not kept: it is sent as it arrives, and once. */
  | { kind: 'source'; source: BodySource; type: string; input?: CheckedInput }

export type SourceBody = Extract<VendorBody, { kind: 'source' }>

/** What is known of an upload that may be the input of a batch. */
export interface CheckedInput {
  /** Each line was read, and names nothing that belongs to another user. */
  readonly isChecked: boolean
}

export interface VendorCall {
  readonly route: VendorRoute
  /** Below the base URL, as the client encoded it: `files/file-1/content`, `v1beta/files/abc`. */
  readonly path: string
  /** The address by which the client reached the gateway, `https://host:port`, for links in replies. */
  readonly origin: string
  /** With its question mark, or empty. */
  readonly query: string
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly body: VendorBody
  /** Of the JSON object or the form. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Further values of a form that can name objects and models: bracketed and repeated fields, JSON in fields. */
  readonly alsoNamed: readonly unknown[]
}

/** Reported in place of a model if a call concerns none. */
const NO_MODEL = '-'
const MAX_MODEL_LENGTH = 256

/** The model that decides where the call goes; null if none does. */
export function modelOf({ route, params, fields }: VendorCall): string | null {
  const { target } = route
  if (target.by !== 'model') return null
  const model = target.param === null ? fields.model : params[target.param]
  if (model === undefined || model === null || model === '') {
    if (target.otherwise !== null) return target.otherwise === ANY_KEY ? null : target.otherwise
    throw invalidRequest("'model' is required and must be a non-empty string", 'model')
  }
  if (typeof model !== 'string') throw invalidRequest("'model' must be a string", 'model')
  if (model.length > MAX_MODEL_LENGTH || /\p{Cc}/u.test(model) || !model.isWellFormed())
    throw invalidRequest(`'model' is no name of at most ${MAX_MODEL_LENGTH} characters`, 'model')
  return model
}

/** The call as the stages know a request. */
export function requestOf(call: VendorCall): ModelRequest {
  const { route, body, fields } = call
  const named = typeof fields.model === 'string' && fields.model !== '' ? fields.model : NO_MODEL
  return {
    protocol: route.protocol,
    endpoint: route.path.replace(/^\/(?:upload\/)?v1(?:beta)?\//, '') as VendorEndpoint,
    method: route.method,
    model: modelOf(call) ?? named.slice(0, MAX_MODEL_LENGTH),
    stream: String(fields.stream) === 'true',
    text: body.kind === 'json' ? body.text : null,
    body: fields,
  }
}

/** The id in the path that says where a call goes. */
export function objectIdOf({ route, params }: VendorCall): string | null {
  return route.target.by === 'object' ? (params[route.target.kind] ?? null) : null
}

/** The objects that the path, the query and the body name. */
export function namedIn(call: VendorCall): Reference[] {
  const { target } = call.route
  const id = objectIdOf(call)
  const inPath = target.by === 'object' && id !== null ? [{ kind: target.kind, id }] : []
  const fields = namingFields(call.route)
  const inBody = referencesIn([call.fields, call.alsoNamed], fields)
  return [...inPath, ...referencesInQuery(call.query, fields), ...inBody]
}
