/** Stage 2: whether the caller may ask at all now; what needs no body is refused before it is read. */
import type { Caller } from '../access/caller.ts'
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
  services.rateLimits.admit(caller.key, client)
  return services.inFlight.enter(caller, client, signal)
}
