/** Limits concurrent requests per key and per address, and ends them when their key is revoked. */
import type { Caller } from '../access/caller.ts'
import { GatewayError, retryAfterHeaders } from '../core/errors.ts'
import type { ClientPeer } from './rate-limits.ts'

export interface InFlightRules {
  /** Per proxy key; 0 is no limit. */
  perKey: number
  /** Per client address; 0 is no limit. */
  perAddress: number
  addressOf(peer: ClientPeer): string
}

export interface InFlight {
  /** Throws `too_many_in_flight`. Returns a function to call when the request ends. */
  enter(caller: Caller, client: ClientPeer & Endable): () => void
  /** Ends the requests of callers that are no longer allowed. */
  endOthersThan(isAllowed: (caller: Caller) => boolean): void
  /** Model requests of this instance that have not ended. */
  count(): number
}

interface Endable {
  /** Refuses the request if its response has not begun; otherwise closes the connection in the middle of it. */
  revoke(): void
}

interface Running {
  caller: Caller
  client: Endable
}

const TRY_AGAIN_MS = 1_000

export function createInFlight({ perKey, perAddress, addressOf }: InFlightRules): InFlight {
  const running = new Set<Running>()
  const counts = new Map<string, number>()

  const take = (owner: string, max: number, refusal: () => GatewayError): void => {
    const count = counts.get(owner) ?? 0
    if (max > 0 && count >= max) throw refusal()
    counts.set(owner, count + 1)
  }
  const give = (owner: string): void => {
    const left = (counts.get(owner) ?? 1) - 1
    if (left === 0) counts.delete(owner)
    else counts.set(owner, left)
  }

  return {
    enter(caller, client) {
      const key = `key:${caller.key.id}`
      const address = perAddress > 0 ? `ip:${addressOf(client)}` : null
      take(key, perKey, () => tooMany('this proxy key', perKey, 'MAX_IN_FLIGHT_PER_KEY'))
      try {
        if (address !== null)
          take(address, perAddress, () =>
            tooMany(`the address ${address.slice(3)}`, perAddress, 'MAX_IN_FLIGHT_PER_IP'),
          )
      } catch (error) {
        give(key)
        throw error
      }
      const request = { caller, client }
      running.add(request)
      return () => {
        if (!running.delete(request)) return
        give(key)
        if (address !== null) give(address)
      }
    },
    endOthersThan(isAllowed) {
      for (const { caller, client } of running) if (!isAllowed(caller)) client.revoke()
    },
    count: () => running.size,
  }
}

function tooMany(who: string, max: number, variable: string): GatewayError {
  return new GatewayError(
    'too_many_in_flight',
    `gateway: ${who} has ${max} requests under way, which is all that it may have (${variable}). Wait for one to end.`,
    { headers: retryAfterHeaders(TRY_AGAIN_MS) },
  )
}
