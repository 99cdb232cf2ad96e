/** The request lifecycle, from a request's headers to its record: one stage a line. */
import type { Caller } from '../access/caller.ts'
import { invalidRequest } from '../core/errors.ts'
import type { ClientPeer } from '../limits/rate-limits.ts'
import type { ModelRequest } from '../protocols/protocol.ts'
import { readClientLimits } from '../routing/client-limits.ts'
import { admit } from './admit.ts'
import { attempt } from './attempt/attempt.ts'
import { RequestTries } from './attempt/tries.ts'
import { authenticate } from './authenticate.ts'
import type { Client } from './client.ts'
import { type RequestContext, waitingFor } from './context.ts'
import type { Continued } from './kept/continue.ts'
import { keepResponse } from './kept/keep.ts'
import { sendCopies } from './mirror.ts'
import { parse, type Unread } from './parse.ts'
import { refusedFor } from './refused.ts'
import { crashResult } from './relay/crashed.ts'
import { keepClientAlive } from './relay/keep-alive.ts'
import { relay } from './relay/relay.ts'
import type { RelayResult } from './relay/result.ts'
import { reserve } from './reserve.ts'
import { route } from './route.ts'
import type { Services } from './services.ts'
import { settle } from './settle.ts'
import { planForObjects } from './vendor/ownership.ts'
import { rememberCompletion, storesCompletion } from './vendor/stored-completion.ts'

export interface Incoming extends Unread {
  client: Client & ClientPeer
  /** Who asks, if that is known already: the console's playground acts as a key of who is signed in. */
  caller?: Caller
  /** The request counts as in flight already. */
  isAdmitted?: boolean
  /** The conversation that the request continues, if the gateway keeps responses. */
  continued?: Continued | undefined
}

/**
 * Responds once, or throws the GatewayError of a refusal before it would have. Resolves at the last byte. Stages
 * return a promise only if they have to wait, and the usual request waits twice: for its BEGIN and for its upstream.
 */
export async function serve(
  services: Services,
  incoming: Incoming,
  context: RequestContext,
): Promise<void> {
  const { client } = incoming
  const caller = incoming.caller ?? authenticate(services, client)
  let leave: (() => void) | null = null
  let asked: ModelRequest | null = null
  try {
    const admitted = incoming.isAdmitted === true ? null : admit(services, caller, client, context)
    leave = admitted instanceof Promise ? await waitingFor('queue', context, admitted) : admitted
    const parsed = parse(incoming)
    asked = continuing(parsed instanceof Promise ? await parsed : parsed, incoming)
    const limits = readClientLimits(client.headers, invalidRequest)
    const { headers } = client
    const routed = route(services, caller, { asked, limits, headers })
    const { request, definition, plan: found } = routed instanceof Promise ? await routed : routed
    const kept = planForObjects(services, caller, { request, plan: found })
    const plan = kept instanceof Promise ? await kept : kept
    const reservation = await reserve(services, { caller, request, client }, context)
    const routing = { plan, limits, definition }
    sendCopies(services, reservation, headers)
    const tries = new RequestTries(services.forwardHeaders, routing, reservation, client)
    const keepAlive = keepClientAlive(services, tries)
    let relayed: RelayResult
    try {
      let result = await attempt(services, tries)
      if (incoming.continued?.stored === true)
        result = await keepResponse(services, caller, incoming.continued, result)
      if (storesCompletion(request))
        await rememberCompletion(services, caller, result, context.requestId)
      const relaying = relay(services, tries, result)
      relayed = relaying instanceof Promise ? await relaying : relaying
    } catch (error) {
      relayed = crashResult(services, tries, error)
    }
    tries.leave()
    // Before tokens are counted: a client that has its answer may ask again at once.
    leave?.()
    keepAlive?.stop()
    const settled = settle(services, reservation, relayed)
    if (settled instanceof Promise) await settled
  } catch (error) {
    throw refusedFor(error, caller, asked)
  } finally {
    leave?.()
  }
}

/** With what its answer says of the conversation. */
function continuing(asked: ModelRequest, { continued }: Incoming): ModelRequest {
  if (continued === undefined) return asked
  const { previousId, stored } = continued
  return { ...asked, continued: { previousId, stored } }
}
