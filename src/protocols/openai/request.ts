/** What a client asks for: the parts of a request body that the gateway decides on. */
import { invalidRequest } from '../../core/errors.ts'
import { countMembers, duplicatesIn, membersIn, type ScanBounds, withMember } from '../json-scan.ts'
import { READ_BY_MODEL } from './prompt.ts'

export type Endpoint = 'chat/completions' | 'completions' | 'embeddings' | 'models'

export interface ModelRequest {
  endpoint: Endpoint
  method: 'POST' | 'GET'
  model: string
  stream: boolean
  /** True where the client itself asked for usage in its stream. */
  usageAsked: boolean
  /** How many choices the client waits for. */
  choices: number
  /** The body exactly as it came; null for GET. */
  text: string | null
  body: Readonly<Record<string, unknown>>
}

/** Embeddings of 300,000 token numbers, OpenAI's most, are far below. */
export const BODY_BOUNDS: ScanBounds = { depth: 64, containers: 100_000, values: 1_000_000 }
/** Far above what any vendor takes. */
const MAX_CHOICES = 1_000_000
const MAX_TOKENS = 2 ** 31 - 1
const LENGTHS = ['max_tokens', 'max_completion_tokens']
const MAX_MODEL_LENGTH = 256
/** Fields that decide about routing, limits or cost: naming one twice could show us one value and the upstream another. */
const DECISIVE = new Set([
  'model',
  'stream',
  'stream_options',
  'n',
  'best_of',
  'max_tokens',
  'max_completion_tokens',
  ...READ_BY_MODEL,
])

/** Reads a JSON body; throws `invalid_request` saying which parameter is wrong and how. */
export function parseRequest(endpoint: Endpoint, text: string): ModelRequest {
  const body = readObject(text)
  const { model } = body
  if (typeof model !== 'string' || model === '') {
    throw invalidRequest("'model' is missing or no text; name the model to use", 'model')
  }
  assertModelName(model)
  const stream = optionalBoolean(body, 'stream')
  if (endpoint === 'embeddings' && stream) {
    throw invalidRequest("embeddings can't be streamed; leave 'stream' out", 'stream')
  }
  for (const key of LENGTHS) refuseEndless(body, key)
  const choices = choicesIn(body.n)
  return {
    endpoint,
    method: 'POST',
    model,
    stream,
    usageAsked: asksForUsage(body),
    choices,
    text,
    body,
  }
}

/** The body with this model in it; as it is where it is no JSON object, which parsing then says. */
export function withModel(text: string, model: string): string {
  if (typeof countMembers(text, BODY_BOUNDS) !== 'number' || parsed(text) === undefined) return text
  return withMember(text, membersIn(text), 'model', JSON.stringify(model))
}

/** A look at one model, which has no body. */
export function parseModelRequest(model: string): ModelRequest {
  assertModelName(model)
  return {
    endpoint: 'models',
    method: 'GET',
    model,
    stream: false,
    usageAsked: false,
    choices: 1,
    text: null,
    body: {},
  }
}

function readObject(text: string): Record<string, unknown> {
  const members = countMembers(text, BODY_BOUNDS)
  if (members === 'too_deep')
    throw invalidRequest(`the body is nested deeper than ${BODY_BOUNDS.depth} levels`)
  if (members === 'too_many') {
    const { containers, values } = BODY_BOUNDS
    throw invalidRequest(
      `the body holds more than ${values} values or ${containers} objects and lists; send less at once`,
    )
  }
  if (members === 'not_an_object') throw invalidRequest('the body must be a JSON object')
  const body = members === 'malformed' ? undefined : parsed(text)
  if (body === undefined) throw invalidRequest("the body isn't valid JSON")
  if (members !== Object.keys(body).length) refuseDuplicates(text)
  return body
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

function refuseDuplicates(text: string): void {
  const twice = duplicatesIn(text).find((key) => DECISIVE.has(key))
  if (twice !== undefined)
    throw invalidRequest(`'${twice}' stands twice in the body; send it once`, twice)
}

function assertModelName(model: string): void {
  if (model.length > MAX_MODEL_LENGTH)
    throw invalidRequest(`'model' is longer than ${MAX_MODEL_LENGTH} characters`, 'model')
  // In the path to an upstream these would lead elsewhere, and encoding leaves them as they are.
  if (model === '.' || model === '..')
    throw invalidRequest(`'model' can't be ${model}; name the model to use`, 'model')
  // PostgreSQL takes no half of a surrogate pair, and the record of this request is to be kept.
  if (!model.isWellFormed()) throw invalidRequest("'model' is no well-formed text", 'model')
  for (let at = 0; at < model.length; at++) {
    const code = model.charCodeAt(at)
    if (code < 32 || code === 127)
      throw invalidRequest("'model' holds a control character", 'model')
  }
}

function asksForUsage(body: Record<string, unknown>): boolean {
  const options = body.stream_options
  if (options === undefined || options === null) return false
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw invalidRequest("'stream_options' must be an object", 'stream_options')
  }
  return (options as Record<string, unknown>).include_usage === true
}

function optionalBoolean(body: Record<string, unknown>, key: string): boolean {
  const value = body[key]
  if (value === undefined || value === null) return false
  if (typeof value !== 'boolean') throw invalidRequest(`'${key}' must be true or false`, key)
  return value
}

/** No model generates so much: taken as it is, it could be reserved from no quota. */
function refuseEndless(body: Record<string, unknown>, key: string): void {
  if (Number(body[key] ?? 0) > MAX_TOKENS)
    throw invalidRequest(`'${key}' must be at most ${MAX_TOKENS}`, key)
}

/**
 * How many choices are waited for and reserved. Out of range it is the upstream that refuses the request,
 * as with `max_tokens: -1`, which servers of local models take for no limit: here it is only an estimate.
 */
function choicesIn(n: unknown): number {
  const count = Number(n ?? 1)
  return Number.isInteger(count) ? Math.min(Math.max(count, 1), MAX_CHOICES) : 1
}
