/** Errors as responses: the protocol's own form, the request's id, and nothing of the inside. */
import { GatewayError, internalError } from '../core/errors.ts'
import type { Logger } from '../core/logger.ts'
import type { Reply } from '../pipeline/client.ts'
import { errorReply } from '../pipeline/relay/error-response.ts'
import type { ProtocolName } from '../protocols/protocol.ts'

export function newRequestId(): string {
  return `req_${Bun.randomUUIDv7('base64url')}`
}

interface ErrorOptions {
  logger?: Logger
  /** Set on the response whatever the error is. */
  headers?: Readonly<Record<string, string>>
  protocol?: ProtocolName
}

export function errorAnswer(
  error: unknown,
  requestId: string,
  { logger, headers = {}, protocol = 'openai' }: ErrorOptions = {},
): Reply & { body: string } {
  const known = error instanceof GatewayError ? error : logged(error, requestId, logger)
  const reply = errorReply(known, protocol, requestId)
  return { ...reply, headers: { ...headers, ...reply.headers } }
}

/** The stack goes to the log, never to the client. */
function logged(error: unknown, requestId: string, logger?: Logger): GatewayError {
  const stack = error instanceof Error ? error.stack : String(error)
  logger?.error({ requestId, error: stack }, 'internal error')
  return internalError()
}
