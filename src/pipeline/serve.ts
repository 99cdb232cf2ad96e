/** The lifecycle of a request, from its headers to its record: one stage a line. */

import { GatewayError } from '../core/errors.ts'
import type { ClientPeer } from '../limits/rate-limits.ts'
import type { Endpoint } from '../protocols/openai/request.ts'
import { attempt } from './attempt/attempt.ts'
import { UpstreamRefusal } from './attempt/refusals.ts'
import { authenticate } from './authenticate.ts'
import type { Client } from './client.ts'
import { type RequestContext, setUpstreamHeaders } from './context.ts'
import { parse } from './parse.ts'
import { relay } from './relay/relay.ts'
import { reserve } from './reserve.ts'
import { route } from './route.ts'
import type { Services } from './services.ts'
import { settle } from './settle.ts'

export interface Incoming {
  endpoint: Endpoint
  client: Client & ClientPeer
  /** The whole body, capped in size and time; a promise only where it has not all arrived. */
  readBody(): string | Promise<string>
}

/**
 * Responds once, or throws GatewayError or UpstreamRefusal before it would have. Resolves at the last
 * byte.
 */
export async function serve(
  gateway: Services,
  incoming: Incoming,
  trace: RequestContext,
): Promise<void> {
  const { client } = incoming
  const caller = authenticate(gateway, client.headers)
  const body = incoming.readBody()
  const ask = parse(incoming.endpoint, typeof body === 'string' ? body : await body)
  const plan = route(gateway, caller, ask)
  const hold = await reserve(gateway, caller, ask, client, trace)
  try {
    const answer = await attempt(gateway, plan, ask, trace)
    await relay(gateway, answer, trace, client)
  } catch (error) {
    failed(trace, error)
    throw error
  } finally {
    await settle(gateway, caller, ask, hold, trace)
  }
}

function failed(trace: RequestContext, error: unknown): void {
  setUpstreamHeaders(trace)
  const known = error instanceof GatewayError || error instanceof UpstreamRefusal
  trace.status = known ? error.status : 500
  trace.errorCode = known ? error.code : 'internal_error'
  trace.outcome = trace.clientGone
    ? 'aborted'
    : error instanceof UpstreamRefusal
      ? 'rejected'
      : 'upstream_error'
}
