/** The way of a request, from its headers to its record: one stage a line. */
import type { Endpoint } from '../core/ask.ts'
import { GatewayError } from '../core/errors.ts'
import { attempt } from './attempt.ts'
import { authenticate } from './authenticate.ts'
import type { Gateway } from './gateway.ts'
import { parse } from './parse.ts'
import type { Origin } from './rate-limits.ts'
import { UpstreamRefusal } from './refuse.ts'
import { type Client, relay } from './relay.ts'
import { reserve } from './reserve.ts'
import { route } from './route.ts'
import { settle } from './settle.ts'
import type { Trace } from './trace.ts'

export interface Incoming extends Origin, Client {
  endpoint: Endpoint
  /** The whole body, capped in size and time. */
  readBody(): Promise<string>
}

/**
 * Responds once, or throws GatewayError or UpstreamRefusal before it would have. Resolves at the last
 * byte.
 */
export async function serve(gateway: Gateway, incoming: Incoming, trace: Trace): Promise<void> {
  const caller = authenticate(gateway, incoming.headers)
  const ask = parse(incoming.endpoint, await incoming.readBody())
  const plan = route(gateway, caller, ask)
  const hold = await reserve(gateway, caller, ask, incoming, trace)
  try {
    const answer = await attempt(gateway, plan, ask, trace)
    await relay(gateway, answer, trace, incoming)
  } catch (error) {
    failed(trace, error)
    throw error
  } finally {
    await settle(gateway, caller, ask, hold, trace)
  }
}

function failed(trace: Trace, error: unknown): void {
  const known = error instanceof GatewayError || error instanceof UpstreamRefusal
  trace.status = known ? error.status : 500
  trace.errorCode = known ? error.code : 'internal_error'
  trace.outcome = trace.clientGone
    ? 'aborted'
    : error instanceof UpstreamRefusal
      ? 'rejected'
      : 'upstream_error'
}
