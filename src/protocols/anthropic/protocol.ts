/** Anthropic's Messages API: what Claude, and clients and upstreams made for it, speak. */
import { invalidRequest } from '../../core/errors.ts'
import { NO_USAGE } from '../../core/token-usage.ts'
import { membersIn, withMember } from '../json-scan.ts'
import { isObject, parseJson, tokensOf } from '../neutral/fields.ts'
import { findContent, findShown } from '../prompt-texts.ts'
import type { Endpoint, ModelEntry, ModelRequest, Protocol, WriteOptions } from '../protocol.ts'
import { assertModelName, optionalFlag, readBody } from '../request-body.ts'
import { passing } from '../translation/same-format.ts'
import { mayHoldWrapped, readSignature } from '../translation/signatures.ts'
import { messagesDialect, messagesWire } from './format.ts'

const DECISIVE = new Set(['model', 'stream', 'max_tokens', 'messages', 'system', 'tools'])

const isError = (body: { type?: unknown; error?: unknown; content?: unknown }) =>
  body.type === 'error' || (isObject(body.error) && body.content === undefined)

const same = passing(messagesDialect, messagesWire, isError)

export const anthropic: Protocol = {
  ...same,
  name: 'anthropic',
  readRequest,
  readReply(text) {
    const read = same.readReply(text)
    // A count of tokens uses none.
    return read.kind === 'answer' && read.usage === null && isCount(parseJson(text))
      ? { ...read, usage: NO_USAGE }
      : read
  },
  findPrompt({ body }, found, add) {
    for (const name of ['system', 'messages']) findContent(body[name], found, add)
    for (const name of ['tools', 'output_config']) findShown(body[name], found, add)
  },
  maxOutputTokens: ({ body, endpoint }) =>
    endpoint === 'messages' ? tokensOf(body.max_tokens) : 0,
  // Usage is part of each stream.
  asksForUsage: () => true,
  writeErrorEvent: (error, requestId) =>
    `event: error\ndata: ${same.writeError(error, requestId)}\n\n`,
  forwardedHeaders: ['anthropic-beta'],
  // Claude's clients take this for an overload that passes.
  errorStatus: (status) => (status === 503 ? 529 : status),
  writeRequest,
  readModelList,
}

function isCount(value: unknown): boolean {
  return isObject(value) && typeof value.input_tokens === 'number'
}

function readRequest(endpoint: Endpoint, text: string): ModelRequest {
  const body = readBody(text, DECISIVE)
  const { model } = body
  if (typeof model !== 'string' || model === '')
    throw invalidRequest("'model' is required and must be a non-empty string", 'model')
  assertModelName(model)
  const stream = optionalFlag(body, 'stream')
  return { protocol: 'anthropic', endpoint, method: 'POST', model, stream, text, body }
}

/** The client's bytes but for the model's name, and without thoughts of other vendors that we had wrapped for it. */
function writeRequest(request: ModelRequest, { model }: WriteOptions): string | null {
  const { text } = request
  if (text === null) return null
  const named =
    model === request.model
      ? text
      : withMember(text, membersIn(text), 'model', JSON.stringify(model))
  return mayHoldWrapped(named) ? withoutWrapped(named) : named
}

function withoutWrapped(text: string): string {
  const body = parseJson(text)
  if (!isObject(body) || !Array.isArray(body.messages)) return text
  const messages = body.messages.map((message) => {
    if (!isObject(message) || !Array.isArray(message.content)) return message
    const content = message.content.filter((block) => !isWrapped(block))
    return content.length === message.content.length ? message : { ...message, content }
  })
  return JSON.stringify({ ...body, messages: messages.filter((message) => !isEmptied(message)) })
}

function isWrapped(block: unknown): boolean {
  if (!isObject(block)) return false
  const slot =
    block.type === 'thinking'
      ? block.signature
      : block.type === 'redacted_thinking'
        ? block.data
        : null
  return typeof slot === 'string' && readSignature(slot, 'anthropic').vendor !== 'anthropic'
}

function isEmptied(message: unknown): boolean {
  return isObject(message) && Array.isArray(message.content) && message.content.length === 0
}

function readModelList(value: unknown): ModelEntry[] | null {
  if (!isObject(value) || !Array.isArray(value.data)) return null
  return value.data.flatMap((entry) => {
    if (!isObject(entry) || typeof entry.id !== 'string') return []
    const { id, display_name: name, created_at: createdAt } = entry
    const { max_input_tokens: window, max_tokens: output } = entry
    const created =
      typeof createdAt === 'string' ? Math.floor(Date.parse(createdAt) / 1000) : Number.NaN
    return [
      {
        id,
        object: 'model',
        ...(created >= 0 && { created }),
        owned_by: 'anthropic',
        ...(typeof name === 'string' && { display_name: name }),
        ...(typeof window === 'number' && { context_window: window }),
        ...(typeof output === 'number' && { max_output_tokens: output }),
      },
    ]
  })
}
