/** The machine-readable words of an upstream's error, wherever vendors put them. */
import type { ReportedError } from '../../protocols/protocol.ts'
import type { ErrorCodes } from './failure-scope.ts'

type Fields = Readonly<Record<string, unknown>>

/** The code and type, Google's `status` and `details[].reason`, Azure's `innererror.code`. */
export function codesOf(error: ReportedError | null): ErrorCodes {
  if (error === null) return { codes: [], types: [] }
  const { status, details, innererror, metadata } = error.own
  const reasons = Array.isArray(details) ? details.map((one) => fieldsOf(one)?.reason) : []
  const codes = [error.code, ...reasons, fieldsOf(innererror)?.code].map(textOf)
  // OpenRouter tells by this that the prompt was flagged, and by nothing else.
  if (fieldsOf(metadata)?.flagged_input !== undefined) codes.push('content_filter')
  return {
    codes: codes.filter((one) => one !== null),
    types: [error.type, status].map(textOf).filter((one) => one !== null),
  }
}

function textOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null
}
