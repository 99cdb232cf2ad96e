/** Stage 3: what is asked. Size is capped while the body is read, depth and number of values before it is parsed. */
import { PROTOCOLS } from '../protocols/index.ts'
import type { Endpoint, ModelRequest, ProtocolName } from '../protocols/protocol.ts'

export interface Unread {
  protocol: ProtocolName
  endpoint: Endpoint
  /** The whole body, capped in size and time; a promise only if it has not all arrived. */
  readBody(): string | Promise<string>
}

export async function parse({ protocol, endpoint, readBody }: Unread): Promise<ModelRequest> {
  const body = readBody()
  return PROTOCOLS[protocol].readRequest(endpoint, typeof body === 'string' ? body : await body)
}
