/**
 * Finds the error in what an OpenAI-style upstream answered. They agree on little: an `error` object or
 * text, a list of either, all of it at the top, FastAPI's `detail`, Baidu's `error_msg`, MiniMax's
 * `base_resp`, Tencent's `Response.Error`, problem details (RFC 9457).
 */
import type { ReportedError } from '../protocol.ts'

type Fields = Readonly<Record<string, unknown>>

/** What an answer has and an error has not. */
const ANSWER_FIELDS = ['choices', 'data', 'embedding', 'embeddings', 'id', 'models'] as const
const MESSAGES = [
  'message',
  'msg',
  'error_msg',
  'error_message',
  'errorMessage',
  'errorMsg',
  'err_msg',
  'errmsg',
  'error_description',
  'status_msg',
  'detail',
  'description',
  'reason',
  'exception',
  'Message',
  'ErrorMessage',
  'faultstring',
  'title',
] as const
/** An answer may have an `id` or `data` next to a code, but not next to one of these. */
const ERROR_CODES = ['error_code', 'errorCode', 'ErrorCode', 'err_code', 'errcode'] as const
const CODES = ['code', 'Code', ...ERROR_CODES, 'status_code', 'status'] as const
const TYPES = ['type', '__type', 'error_type'] as const
/** A wrapper says with these that all is well. */
const GOOD_CODES = new Set(['0', '200', 'ok', 'success', 'Success', 'OK'])
const MAX_MESSAGE = 2_000
const MAX_DEPTH = 4
const MAX_NESTED = 64 * 1024

export function readError(value: unknown): ReportedError | null {
  const fields = fieldsOf(Array.isArray(value) ? value[0] : value)
  if (fields === null) return null
  for (const holder of ['error', 'errors', 'fault']) {
    const found = reported(fields[holder], fields)
    if (found !== null) return found
  }
  const choice = Array.isArray(fields.choices) ? fieldsOf(fields.choices[0]) : null
  if (choice !== null) return reported(choice.error, choice)
  const wrapped = fieldsOf(fieldsOf(fields.Response)?.Error)
  if (wrapped !== null) return reported(wrapped, wrapped)
  const inData = fieldsOf(fields.data)
  if (inData !== null && !Array.isArray(fields.choices)) {
    const found = reported(inData.error, fields)
    if (found !== null) return found
  }
  const status = fieldsOf(fields.base_resp)
  if (status !== null && !isGood(status)) return reported(status, status)
  return isFlatError(fields) ? reported(fields, fields) : null
}

function isFlatError(fields: Fields): boolean {
  if (fields.object === 'error' || fields.type === 'error') return true
  if (typeof fields.object === 'string' || isGood(fields)) return false
  if (!Array.isArray(fields.choices) && textIn(fields, ERROR_CODES) !== null) return true
  if (ANSWER_FIELDS.some((name) => fields[name] !== undefined && fields[name] !== null))
    return false
  return MESSAGES.some((name) => fields[name] !== undefined && fields[name] !== null)
}

function isGood(fields: Fields): boolean {
  const code = textIn(fields, CODES)
  return code !== null && GOOD_CODES.has(code)
}

/** `around` has what the error itself leaves out: some put the code outside it. */
function reported(value: unknown, around: Fields, depth = 0): ReportedError | null {
  if (typeof value === 'string') {
    const within = depth < MAX_DEPTH ? jsonIn(value) : null
    if (within !== null) return reported(within, around, depth + 1)
    return value === '' ? null : { ...fromFields(around), message: value }
  }
  if (Array.isArray(value)) return depth < MAX_DEPTH ? reported(value[0], around, depth + 1) : null
  const fields = fieldsOf(value)
  if (fields === null || Object.keys(fields).length === 0) return null
  const own = fromFields(fields)
  return own.code === null && around !== fields ? { ...own, code: textIn(around, CODES) } : own
}

function fromFields(fields: Fields): ReportedError {
  const { param } = fields
  return {
    message: withCause(messageIn(fields), fieldsOf(fields.metadata)?.raw),
    type: textIn(fields, TYPES),
    code: textIn(fields, CODES),
    param: typeof param === 'string' ? param : null,
    own: fields,
  }
}

/** OpenRouter says only that the vendor failed, and has the vendor's own error as text. */
function withCause(message: string | null, raw: unknown): string | null {
  if (message === null || typeof raw !== 'string' || raw === '') return message
  const within = jsonIn(raw)
  const cause = within === null ? raw : (messageOf(within.error) ?? messageOf(within))
  return cause === null ? message : `${message}: ${cause}`.slice(0, MAX_MESSAGE)
}

/** An object that is given as its JSON text. */
function jsonIn(text: string): Fields | null {
  if (!text.startsWith('{') || text.length > MAX_NESTED) return null
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return null
  }
}

function messageIn(fields: Fields): string | null {
  for (const name of MESSAGES) {
    const message = messageOf(fields[name])
    if (message !== null) return message.slice(0, MAX_MESSAGE)
  }
  return messageOf(fields.error)
}

/** A text, or FastAPI's list of `{loc, msg}`, or an object around one of them. */
function messageOf(value: unknown, depth = 0): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  if (depth >= MAX_DEPTH) return null
  if (Array.isArray(value)) {
    const each = value.slice(0, 5).map((item) => messageOf(item, depth + 1))
    const found = each.filter((message) => message !== null)
    return found.length === 0 ? null : found.join('; ')
  }
  const fields = fieldsOf(value)
  if (fields === null) return null
  const said = MESSAGES.map((name) => messageOf(fields[name], depth + 1)).find(
    (message) => message !== null,
  )
  if (said === undefined) return null
  return Array.isArray(fields.loc) ? `${fields.loc.join('.')}: ${said}` : said
}

function textIn(fields: Fields, names: readonly string[]): string | null {
  for (const name of names) {
    const value = fields[name]
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number') return String(value)
  }
  return null
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : null
}
