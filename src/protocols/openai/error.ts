/** Errors as OpenAI writes them. */
import type { ErrorReport } from '../../core/errors.ts'

export function writeError(error: ErrorReport, requestId: string): string {
  const { message, type, code, param, doctor, further } = error
  return JSON.stringify({
    error: {
      ...further,
      message,
      type,
      code,
      param,
      request_id: requestId,
      ...(doctor !== undefined && { doctor }),
    },
  })
}

/** A stream that broke off ends with this event; no `[DONE]` follows. */
export function writeErrorEvent(error: ErrorReport, requestId: string): string {
  return `data: ${writeError(error, requestId)}\n\n`
}
