/** Errors as replies: OpenAI's body, the request's id, and nothing of the inside. */
import { GatewayError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import { UpstreamRefusal } from '../pipeline/attempt/refusals.ts'
import type { Reply } from '../pipeline/client.ts'

export function newRequestId(): string {
  return `req_${Bun.randomUUIDv7('base64url')}`
}

/** `further` headers stand on the reply whatever the error is. */
export function errorAnswer(
  error: unknown,
  requestId: string,
  logger?: Logger,
  further: Readonly<Record<string, string>> = {},
): Reply & { body: string } {
  const own = { 'content-type': 'application/json;charset=utf-8', 'x-request-id': requestId }
  if (error instanceof UpstreamRefusal) {
    const { status, body } = error
    return { status, headers: { ...further, ...own }, body: JSON.stringify(body) }
  }
  const known = error instanceof GatewayError ? error : internalError(error, requestId, logger)
  return {
    status: known.status,
    headers: { ...further, ...known.headers, ...own },
    body: JSON.stringify(known.body(requestId)),
  }
}

/** The stack goes to the log, never to the client. */
function internalError(error: unknown, requestId: string, logger?: Logger): GatewayError {
  logger?.error(
    { requestId, error: error instanceof Error ? error.stack : String(error) },
    'internal error',
  )
  return new GatewayError(
    'internal_error',
    'gateway: an internal error. The log names it under this request id.',
  )
}
