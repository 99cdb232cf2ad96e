/** What becomes of a request when the gateway itself fails at it. */
import { internalError } from '../../core/errors.ts'
import type { RequestTries } from '../attempt/tries.ts'
import type { Services } from '../services.ts'
import { respondWithError } from './error-response.ts'
import type { RelayResult } from './result.ts'

/** The stack goes to the log, never to the client. */
export function crashResult(
  { logger }: Services,
  tries: RequestTries,
  error: unknown,
): RelayResult {
  const { requestId, signal } = tries.context
  const stack = error instanceof Error ? error.stack : String(error)
  logger.error({ requestId, error: stack }, 'internal error')
  respondWithError(tries, internalError())
  return {
    tries,
    outcome: signal.aborted ? 'aborted' : 'upstream_error',
    status: 500,
    errorCode: 'internal_error',
    usage: null,
    text: '',
    firstTokenMs: null,
  }
}
