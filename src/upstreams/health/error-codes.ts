/** The machine-readable words of an upstream's error, wherever vendors put them. */
import type { ReportedError } from '../../protocols/protocol.ts'
import type { ErrorCodes } from './failure-scope.ts'

type Fields = Readonly<Record<string, unknown>>

/** The code and type, Google's `status` and `details[].reason`, Azure's `innererror.code`, MiniMax's and Baidu's numbers. */
export function codesOf(error: ReportedError | null, baseUrl: string): ErrorCodes {
  if (error === null) return { codes: [], types: [] }
  const { status, details, innererror, metadata } = error.own
  const reasons = Array.isArray(details) ? details.map((one) => fieldsOf(one)?.reason) : []
  const codes = [numbered(error) ?? error.code, ...reasons, fieldsOf(innererror)?.code].map(textOf)
  // OpenRouter tells by this that the prompt was flagged, and by nothing else.
  if (fieldsOf(metadata)?.flagged_input !== undefined) codes.push('content_filter')
  const found = {
    codes: codes.filter((one) => one !== null),
    types: [error.type, status].map(textOf).filter((one) => one !== null),
  }
  return isDashScope(baseUrl) ? withoutEmptyAccount(found) : found
}

function isDashScope(baseUrl: string): boolean {
  return URL.parse(baseUrl)?.hostname.endsWith('.aliyuncs.com') === true
}

/** DashScope calls its limit of tokens per minute `insufficient_quota`; an account without money is `Arrearage`. */
function withoutEmptyAccount({ codes, types }: ErrorCodes): ErrorCodes {
  const asLimit = (code: string) =>
    code === 'insufficient_quota' ? 'Throttling.AllocationQuota' : code
  return { codes: codes.map(asLimit), types: types.map(asLimit) }
}

/** Each counts in its own way: 1002 is a limit at MiniMax and a wrong key at Zhipu. */
function numbered({ code, own }: ReportedError): string | null {
  if (code === null || !/^\d+$/.test(code) || isStatus(Number(code))) return null
  if (own.status_msg !== undefined) return `minimax.${code}`
  return own.error_msg !== undefined ? `baidu.${code}` : null
}

function isStatus(code: number): boolean {
  return code >= 400 && code < 600
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null
}
