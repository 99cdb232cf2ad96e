/** Stage 2: whether the caller may ask at all now; what needs no body is refused before it is read. */
import type { Caller } from '../access/caller.ts'
import type { ClientPeer } from '../limits/rate-limits.ts'
import type { Client } from './client.ts'
import type { Services } from './services.ts'

/** Throws a refusal; else the request is in flight until what is returned is called. */
export function admit(
  { inFlight, rateLimits }: Services,
  caller: Caller,
  client: Pick<Client, 'revoke'> & ClientPeer,
): () => void {
  const leave = inFlight.enter(caller, client)
  try {
    rateLimits.admit(caller.key, client)
  } catch (error) {
    leave()
    throw error
  }
  return leave
}
