/** The request lifecycle, from a request's headers to its record: one stage a line. */
import type { Caller } from '../access/caller.ts'
import type { ClientPeer } from '../limits/rate-limits.ts'
import { PROTOCOLS } from '../protocols/index.ts'
import type { Endpoint, ProtocolName } from '../protocols/protocol.ts'
import { forwardedHeaders } from '../upstreams/forward-headers.ts'
import { attempt } from './attempt/attempt.ts'
import { openTries } from './attempt/tries.ts'
import { authenticate } from './authenticate.ts'
import type { Client } from './client.ts'
import type { RequestContext } from './context.ts'
import { crashed } from './relay/crashed.ts'
import { openDelivery } from './relay/delivery.ts'
import { relay } from './relay/relay.ts'
import type { RelayResult } from './relay/result.ts'
import { reserve } from './reserve.ts'
import { route } from './route.ts'
import type { Services } from './services.ts'
import { settle } from './settle.ts'

export interface Incoming {
  protocol: ProtocolName
  endpoint: Endpoint
  client: Client & ClientPeer
  /** The whole body, capped in size and time; a promise only if it has not all arrived. */
  readBody(): string | Promise<string>
  /** Who asks, if that is known already: the console's playground acts as a key of who is signed in. */
  caller?: Caller
}

/** Responds once, or throws the GatewayError of a refusal before it would have. Resolves at the last byte. */
export async function serve(
  services: Services,
  incoming: Incoming,
  context: RequestContext,
): Promise<void> {
  const { client } = incoming
  const caller = incoming.caller ?? authenticate(services, client.headers)
  const leave = services.inFlight.enter(caller, client)
  try {
    services.rateLimits.admit(caller.key, client)
    await serveCaller(services, caller, incoming, context)
  } finally {
    leave()
  }
}

async function serveCaller(
  services: Services,
  caller: Caller,
  { protocol, endpoint, client, readBody }: Incoming,
  context: RequestContext,
): Promise<void> {
  const body = readBody()
  const text = typeof body === 'string' ? body : await body
  const request = PROTOCOLS[protocol].readRequest(endpoint, text)
  const routed = route(services, caller, request)
  const plan = routed instanceof Promise ? await routed : routed
  const reservation = await reserve(services, { caller, request, client }, context)
  const delivery = openDelivery(client, reservation.headers)
  const forwarded = forwardedHeaders(namesOf(services, protocol), client.headers)
  const callerId = caller.user.id
  const tries = openTries({ plan, request, context, delivery, forwarded, callerId })
  let relayed: RelayResult
  try {
    const result = await attempt(services, tries)
    const relaying = relay(services, tries, result)
    relayed = relaying instanceof Promise ? await relaying : relaying
  } catch (error) {
    relayed = crashed(services, tries, error)
  }
  await settle(services, reservation, relayed)
}

/** Those of the configuration, and those that belong to the protocol itself. */
function namesOf({ forwardHeaders }: Services, protocol: ProtocolName): readonly string[] {
  const own = PROTOCOLS[protocol].forwardedHeaders
  return own.length === 0 ? forwardHeaders : [...forwardHeaders, ...own]
}
