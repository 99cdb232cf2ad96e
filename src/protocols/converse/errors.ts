/** Errors of Bedrock: a message in the body, the kind of exception in a header or in a frame's name. */
import { kindOfStatus, own } from '../error-kind.ts'
import type { ErrorKind, NeutralError } from '../neutral/answer.ts'
import { isObject } from '../neutral/fields.ts'
import type { JsonObject } from '../neutral/neutral.ts'

/** By the exception's name in lower case, which frames and headers write in different ones. */
const KINDS: Readonly<Record<string, ErrorKind>> = {
  validationexception: 'invalid',
  accessdeniedexception: 'denied',
  unrecognizedclientexception: 'auth',
  expiredtokenexception: 'auth',
  resourcenotfoundexception: 'missing',
  modeltimeoutexception: 'timeout',
  throttlingexception: 'rate',
  // A quota of the service, such as tokens a minute; it is not about money.
  servicequotaexceededexception: 'rate',
  serviceunavailableexception: 'overloaded',
  modelnotreadyexception: 'overloaded',
  internalserverexception: 'broken',
  modelerrorexception: 'broken',
  modelstreamerrorexception: 'broken',
}

/** Bedrock has no code for it; agents must know it, so that they compact. */
const TOO_LONG =
  /^(?:The model returned the following errors: )?(?:Input is too long|prompt is too long)/i

export function readError(status: number, body: unknown): NeutralError {
  const fields = isObject(body) ? body : {}
  const type = typeof fields.__type === 'string' ? fields.__type.replace(/^.*#/, '') : null
  return errorOf(type, fields, kindOfStatus(status), `the upstream answered with ${status}`)
}

/** An exception in the midst of a stream. */
export function exceptionError(name: string, fields: JsonObject): NeutralError {
  return errorOf(name, fields, 'broken', `the upstream ended the stream with ${name}`)
}

function errorOf(
  type: string | null,
  fields: JsonObject,
  fallback: ErrorKind,
  text: string,
): NeutralError {
  const said = fields.message ?? fields.Message
  const message = typeof said === 'string' ? said : text
  const kind = own(KINDS, type?.toLowerCase() ?? null) ?? fallback
  return { kind: TOO_LONG.test(message) ? 'context' : kind, message, code: type, param: null }
}
