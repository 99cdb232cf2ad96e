/** An error as the client's protocol writes it: a response of its own, or the last event of a stream. */
import type { ErrorReport, GatewayError } from '../../core/errors.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import type { ProtocolName } from '../../protocols/protocol.ts'
import type { StreamPlace } from '../../protocols/stream-place.ts'
import type { UpstreamRefusal } from '../attempt/refusals.ts'
import type { RequestTries } from '../attempt/tries.ts'
import type { Reply } from '../client.ts'
import { setUpstreamHeaders } from './upstream-headers.ts'

const encoder = new TextEncoder()

export function errorReply(
  error: GatewayError | UpstreamRefusal,
  protocol: ProtocolName,
  requestId: string,
): Reply & { body: string } {
  const { writeError, errorStatus } = PROTOCOLS[protocol]
  return {
    status: errorStatus(error.status),
    headers: {
      ...error.headers,
      'content-type': 'application/json;charset=utf-8',
      'x-request-id': requestId,
    },
    body: writeError(error.report(), requestId),
  }
}

/** For a client that has nothing but, at most, the head of a stream and comments. */
export function respondWithError(tries: RequestTries, error: GatewayError | UpstreamRefusal): void {
  const { delivery, request, context } = tries
  if (delivery.stream !== null) {
    endWithError(tries, error.report())
    return
  }
  setUpstreamHeaders(tries)
  const reply = errorReply(error, request.protocol, context.requestId)
  delivery.client.respond({ ...reply, headers: { ...delivery.headers, ...reply.headers } })
}

/** No tidy end follows. */
export function endWithError(
  { delivery, request, context }: RequestTries,
  error: ErrorReport,
  place: StreamPlace | null = null,
): void {
  const event = PROTOCOLS[request.protocol].writeErrorEvent(error, context.requestId, place)
  delivery.stream?.end(encoder.encode(event))
}
