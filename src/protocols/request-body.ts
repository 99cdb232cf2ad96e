/** Reads the body of a request, whatever its protocol: bounded in depth and number before it is parsed. */
import { type GatewayError, invalidRequest } from '../core/errors.ts'
import { countMembers, duplicatesIn, type ScanBounds } from './json-scan.ts'
import { parseLarge } from './large-body.ts'

/**
 * What takes long to parse, whatever its length in bytes. Embeddings of 300,000 token numbers, OpenAI's most, are
 * far below, and so are the escapes of a million Chinese characters or of 64 MiB of base64 with `\/` and line breaks.
 */
export const BODY_BOUNDS: ScanBounds = {
  depth: 64,
  containers: 100_000,
  values: 1_000_000,
  names: 100_000,
  escapes: 2_000_000,
}
/** Longer texts are parsed without copies of their long strings. */
const LARGE_TEXT = 2 ** 20
const MAX_MODEL_LENGTH = 256

/** In any format, what determines where a request goes and how it is answered: no parameters of a model. */
export const RESERVED_FIELDS: readonly string[] = [
  'model',
  'messages',
  'input',
  'prompt',
  'stream',
  'stream_options',
]

/** Throws `invalid_request`, also if a field of `decisive` is named twice: we and the upstream could take different ones. */
export function readBody(text: string, decisive: ReadonlySet<string>): Record<string, unknown> {
  const members = countMembers(text, BODY_BOUNDS)
  if (members === 'too_deep' || members === 'too_many') throw outOfBounds(members)
  if (members === 'not_an_object') throw invalidRequest('the body must be a JSON object')
  const body = members === 'malformed' ? undefined : parsedBody(text)
  if (body === undefined) throw invalidRequest("the body isn't valid JSON")
  if (members !== Object.keys(body).length) refuseDuplicates(text, decisive)
  return body
}

function outOfBounds(which: 'too_deep' | 'too_many'): GatewayError {
  const { depth, containers, values, names, escapes } = BODY_BOUNDS
  return which === 'too_deep'
    ? invalidRequest(`the body is nested deeper than ${depth} levels`)
    : invalidRequest(
        `the body holds more than ${values} values, ${containers} objects and lists, ${names} names or ${escapes} escaped characters; send less at once`,
      )
}

export function parsedBody(text: string): Record<string, unknown> | undefined {
  try {
    const value = text.length > LARGE_TEXT ? parseLarge(text) : JSON.parse(text)
    return value as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** The value of a field that may hold JSON, within the same bounds; undefined if it is no JSON. */
export function nestedValue(text: string): unknown {
  const wrapped = `{"value":${text}}`
  const members = countMembers(wrapped, BODY_BOUNDS)
  if (members === 'too_deep' || members === 'too_many') throw outOfBounds(members)
  return members === 1 ? parsedBody(wrapped)?.value : undefined
}

function refuseDuplicates(text: string, decisive: ReadonlySet<string>): void {
  const twice = duplicatesIn(text).find((key) => decisive.has(key))
  if (twice !== undefined) throw invalidRequest(`duplicate field '${twice}'`, twice)
}

export function assertModelName(model: string): void {
  if (model.length > MAX_MODEL_LENGTH)
    throw invalidRequest(`'model' is longer than ${MAX_MODEL_LENGTH} characters`, 'model')
  // In the path to an upstream these would lead elsewhere, and encoding leaves them as they are.
  if (model === '.' || model === '..')
    throw invalidRequest(`'model' can't be ${model}; name the model to use`, 'model')
  // PostgreSQL takes no half of a surrogate pair, and the record of this request is to be kept.
  if (!model.isWellFormed()) throw invalidRequest("'model' contains invalid Unicode", 'model')
  for (let at = 0; at < model.length; at++) {
    const code = model.charCodeAt(at)
    if (code < 32 || code === 127)
      throw invalidRequest("'model' contains a control character", 'model')
  }
}

export function optionalFlag(body: Record<string, unknown>, key: string): boolean {
  const value = body[key]
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw invalidRequest(`'${key}' must be true or false`, key)
  return value
}
