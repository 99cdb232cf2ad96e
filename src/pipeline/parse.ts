/** Stage 3: what is asked. Size is capped while the body is read, depth and number of values before it is parsed. */
import { PROTOCOLS } from '../protocols/index.ts'
import type { Endpoint, ModelRequest, ProtocolName } from '../protocols/protocol.ts'

export interface Unread {
  protocol: ProtocolName
  endpoint: Endpoint
  /** The whole body, capped in size and time; a promise only if it has not all arrived. */
  readBody(): string | Promise<string>
}

/** A promise only if the body has not all arrived. */
export function parse(unread: Unread): ModelRequest | Promise<ModelRequest> {
  const { protocol, endpoint } = unread
  const { readRequest } = PROTOCOLS[protocol]
  const body = unread.readBody()
  return typeof body === 'string'
    ? readRequest(endpoint, body)
    : parseLater(readRequest, endpoint, body)
}

async function parseLater(
  readRequest: (endpoint: Endpoint, text: string) => ModelRequest,
  endpoint: Endpoint,
  body: Promise<string>,
): Promise<ModelRequest> {
  return readRequest(endpoint, await body)
}
