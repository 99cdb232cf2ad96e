/** Errors of a connection rather than of a request on it; each closes the connection. */
import { GatewayError, retryAfterHeaders } from '../../core/errors.ts'

const TRY_AGAIN_MS = 1_000

export function malformed(reason: string): GatewayError {
  return new GatewayError('invalid_request', `gateway: the request is malformed: ${reason}.`, {
    headers: { connection: 'close' },
  })
}

export function headTooLate(limitMs: number): GatewayError {
  const message = `gateway: the headers did not arrive within ${limitMs} ms.`
  return new GatewayError('request_timeout', message, { headers: { connection: 'close' } })
}

export function tooMany(most: number): GatewayError {
  const message = `gateway: it has ${most} connections, which is all that it may have. Try again; an operator lets it open more files (LimitNOFILE, ulimit -n).`
  return new GatewayError('too_many_connections', message, {
    headers: { connection: 'close', ...retryAfterHeaders(TRY_AGAIN_MS) },
  })
}
