/** Stage 2: whether the caller may ask at all now; what needs no body is refused before it is read. */
import type { Caller } from '../access/caller.ts'
import { GatewayError } from '../core/errors.ts'
import type { HeaderSource } from '../core/headers.ts'
import { hopsProblem, MAX_HOPS } from '../core/hops.ts'
import type { ClientPeer } from '../limits/rate-limits.ts'
import type { Client } from './client.ts'
import type { RequestContext } from './context.ts'
import type { Services } from './services.ts'

/**
 * Throws a refusal; else the request is in flight until what is returned is called. A promise only if it has to
 * wait for others to end, or if instances count together.
 */
export function admit(
  services: Services,
  caller: Caller,
  client: Pick<Client, 'revoke'> & ClientPeer,
  { signal }: Pick<RequestContext, 'signal'>,
): (() => void) | Promise<() => void> {
  refuseLoop(client.headers)
  services.rateLimits.admit(caller.key, client)
  return services.inFlight.enter(caller, client, signal)
}

/** Otherwise each round would occupy one more request at every gateway until one of them reached a limit. */
export function refuseLoop(headers: HeaderSource): void {
  const problem = hopsProblem(headers)
  if (problem === null) return
  const how =
    problem === 'own'
      ? 'this request is its own: it sent it to an upstream key whose base URL leads back here, maybe over other gateways'
      : `this request has passed ${MAX_HOPS} gateways, so their upstream keys probably lead to each other`
  throw new GatewayError(
    'request_loop',
    `gateway: ${how}. An operator changes the base URL of one of them ("gpt-proxy upstream list").`,
  )
}
