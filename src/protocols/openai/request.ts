/** Reads the parts of a request that the gateway decides on. */
import { invalidRequest } from '../../core/errors.ts'
import { countMembers, membersIn, withMember } from '../json-scan.ts'
import type { Endpoint, ModelRequest } from '../protocol.ts'
import {
  assertModelName,
  BODY_BOUNDS,
  optionalFlag,
  parsedBody,
  readBody,
} from '../request-body.ts'
import { READ_BY_MODEL } from './prompt.ts'

const MAX_TOKENS = 2 ** 31 - 1
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

/**
 * Reads a JSON body, or the model's name for `models`. Throws `invalid_request` naming the field.
 * What is only needed for an estimate is never refused: the upstream may understand it.
 */
export function parseRequest(endpoint: Endpoint, text: string): ModelRequest {
  return endpoint === 'models' ? modelRequest(text) : bodyRequest(endpoint, text)
}

function bodyRequest(endpoint: Endpoint, text: string): ModelRequest {
  const body = readBody(text, DECISIVE)
  const { model } = body
  if (typeof model !== 'string' || model === '')
    throw invalidRequest("'model' is required and must be a non-empty string", 'model')
  assertModelName(model)
  const stream = optionalFlag(body, 'stream')
  if (endpoint === 'embeddings' && stream)
    throw invalidRequest("embeddings can't be streamed; leave 'stream' out", 'stream')
  assertStreamOptions(body)
  refuseEndless(body, 'max_tokens')
  refuseEndless(body, 'max_completion_tokens')
  return { protocol: 'openai', endpoint, method: 'POST', model, stream, text, body }
}

/** The body with this model in it; as it is if it is no JSON object, which reading it then says. */
export function withModel(text: string, model: string): string {
  if (typeof countMembers(text, BODY_BOUNDS) !== 'number' || parsedBody(text) === undefined)
    return text
  return withMember(text, membersIn(text), 'model', JSON.stringify(model))
}

/** A look at one model, which has no body. */
function modelRequest(model: string): ModelRequest {
  assertModelName(model)
  return {
    protocol: 'openai',
    endpoint: 'models',
    method: 'GET',
    model,
    stream: false,
    text: null,
    body: {},
  }
}

export function asksForUsage({ body }: ModelRequest): boolean {
  const options = body.stream_options
  return typeof options === 'object' && options !== null && 'include_usage' in options
    ? options.include_usage === true
    : false
}

/** How many answers the client waits for: `n` for each prompt. */
export function expectedAnswers({ body, endpoint }: ModelRequest): number {
  const choices = positive(body.n)
  return endpoint === 'completions' ? choices * promptsIn(body.prompt) : choices
}

/** Of the two limits a body may hold both, and the upstream decides which of them counts. */
export function maxOutputTokens(request: ModelRequest): number {
  const { body, endpoint } = request
  const each = Math.max(tokenLimit(body.max_completion_tokens), tokenLimit(body.max_tokens))
  if (endpoint !== 'completions') return each * positive(body.n)
  return each * Math.max(positive(body.n), positive(body.best_of)) * promptsIn(body.prompt)
}

/** 0 for what is no limit, such as the -1 of llama.cpp's examples. Some upstreams take numbers in quotes. */
function tokenLimit(value: unknown): number {
  const limit = Number(typeof value === 'object' ? Number.NaN : value)
  return limit > 0 ? Math.ceil(limit) : 0
}

function positive(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 1
}

/** A completion is generated for each text, or each list of token numbers, of a list. */
function promptsIn(prompt: unknown): number {
  return Array.isArray(prompt) && typeof prompt[0] !== 'number' ? Math.max(1, prompt.length) : 1
}

/** Any JSON object within the bounds. Throws `invalid_request`. */
export function readObject(text: string): Record<string, unknown> {
  return readBody(text, DECISIVE)
}

/** No model generates this many tokens, and no quota could reserve them. */
function refuseEndless(body: Record<string, unknown>, field: string): void {
  if (Number(body[field] ?? 0) > MAX_TOKENS)
    throw invalidRequest(`'${field}' must be at most ${MAX_TOKENS}`, field)
}

function assertStreamOptions({ stream_options: options }: Record<string, unknown>): void {
  if (options === undefined || options === null) return
  if (typeof options !== 'object' || Array.isArray(options))
    throw invalidRequest("'stream_options' must be an object", 'stream_options')
}
