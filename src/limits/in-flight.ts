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
  const ofKeys = new Counts<number>(perKey)
  const ofAddresses = new Counts<string>(perAddress)

  return {
    enter(caller, client) {
      const key = caller.key.id
      const address = perAddress > 0 ? addressOf(client) : null
      if (ofKeys.isFull(key)) throw tooMany('this proxy key', perKey, 'MAX_IN_FLIGHT_PER_KEY')
      if (address !== null && ofAddresses.isFull(address))
        throw tooMany(`the address ${address}`, perAddress, 'MAX_IN_FLIGHT_PER_IP')
      ofKeys.add(key)
      if (address !== null) ofAddresses.add(address)
      const request = { caller, client }
      running.add(request)
      return () => {
        if (!running.delete(request)) return
        ofKeys.remove(key)
        if (address !== null) ofAddresses.remove(address)
      }
    },
    endOthersThan(isAllowed) {
      for (const { caller, client } of running) if (!isAllowed(caller)) client.revoke()
    },
    count: () => running.size,
  }
}

/** Requests in flight by owner. Owners without any are not kept. */
class Counts<Owner> {
  private readonly counts = new Map<Owner, number>()
  private readonly max: number

  /** `max`: 0 is no limit. */
  constructor(max: number) {
    this.max = max
  }

  isFull(owner: Owner): boolean {
    return this.max > 0 && (this.counts.get(owner) ?? 0) >= this.max
  }

  add(owner: Owner): void {
    this.counts.set(owner, (this.counts.get(owner) ?? 0) + 1)
  }

  remove(owner: Owner): void {
    const left = (this.counts.get(owner) ?? 1) - 1
    if (left === 0) this.counts.delete(owner)
    else this.counts.set(owner, left)
  }
}

function tooMany(who: string, max: number, variable: string): GatewayError {
  return new GatewayError(
    'too_many_in_flight',
    `gateway: ${who} has ${max} requests under way, which is all that it may have (${variable}). Wait for one to end.`,
    { headers: retryAfterHeaders(TRY_AGAIN_MS) },
  )
}
