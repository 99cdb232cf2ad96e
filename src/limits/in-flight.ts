/** Limits concurrent requests per key, user and address, and ends them when their key is revoked. */
import type { Caller } from '../access/caller.ts'
import { GatewayError, retryAfterHeaders } from '../core/errors.ts'
import { Members, NO_PLACE, type SetMember } from '../core/members.ts'
import type { Cap, Taking } from './cap.ts'
import type { ClientPeer } from './rate-limits.ts'
import { limitsUnavailable } from './refusals.ts'
import type { Slots } from './slots.ts'
import type { Leaving } from './waiting-line.ts'

/** How many requests at a time, for those without a cap of their own; 0 is no limit. */
export interface DefaultCap {
  max: number
  /** Whether all instances count it together; otherwise it protects each one separately. */
  shared: boolean
}

/** What happens to a request whose caps are full. */
export interface QueueRules {
  /** 0: it is refused at once. */
  timeoutMs: number
  /** Requests that may wait at this instance; the next one is refused at once. */
  max: number
}

export interface InFlightRules {
  perKey: DefaultCap
  perUser: DefaultCap
  perAddress: DefaultCap
  queue: QueueRules
  slots: Slots
  addressOf(peer: ClientPeer): string
}

export interface InFlight {
  /**
   * Throws `too_many_in_flight` or `limits_unavailable`. Returns a function to call when the request ends; a
   * promise only if it has to wait, or if instances count together. It may be called more than once.
   */
  enter(caller: Caller, client: ClientPeer & Endable, signal: Leaving): Leave | Promise<Leave>
  /** Ends the requests of callers that are no longer allowed. */
  endOthersThan(isAllowed: (caller: Caller) => boolean): void
  /** Model requests of this instance that have not ended. */
  count(): number
}

type Leave = () => void

interface Endable {
  /** Refuses the request if its response has not begun; otherwise closes the connection in the middle of it. */
  revoke(): void
}

interface Running extends SetMember {
  caller: Caller
  client: Endable
}

interface Entering extends Running {
  caps: readonly NamedCap[]
  signal: Leaving
}

/** A cap and how a refusal names it. */
interface NamedCap extends Cap {
  who: string
  setting: string
}

export const TRY_AGAIN_MS = 1_000

export function createInFlight(rules: InFlightRules): InFlight {
  const { slots, queue } = rules
  const running = new Members<Running>()

  const leaving =
    (request: Running, release: Leave): Leave =>
    () => {
      if (running.delete(request)) release()
    }
  const waited = async (
    { caller, caps, signal }: Entering,
    taking: Exclude<Taking<NamedCap>, { kind: 'taken' }>,
  ): Promise<() => void> => {
    if (taking.kind === 'unavailable') throw limitsUnavailable()
    const ahead = slots.waiting(taking.cap.owner)
    if (queue.timeoutMs === 0 || slots.waiting() >= queue.max) throw tooMany(taking.cap, ahead)
    const { priority } = caller.key
    const got = await slots.wait([caps], { priority, timeoutMs: queue.timeoutMs, signal })
    if (signal.aborted) throw clientGone()
    if (got === null) throw tooMany(taking.cap, slots.waiting(taking.cap.owner))
    return got.release
  }
  const entersLater = async (
    entering: Entering,
    taking: Taking<NamedCap> | Promise<Taking<NamedCap>>,
  ): Promise<Leave> => {
    const taken = taking instanceof Promise ? await taking : taking
    // Before it waits, so that a revoked key ends it there too.
    running.add(entering)
    try {
      const release = taken.kind === 'taken' ? taken.release : await waited(entering, taken)
      return leaving(entering, release)
    } catch (error) {
      running.delete(entering)
      throw error
    }
  }

  return {
    enter(caller, client, signal) {
      const caps = capsOf(caller, client, rules)
      const entering = { caller, client, caps, signal, place: NO_PLACE }
      const taking = slots.take(entering.caps, caller.key.priority)
      if (taking instanceof Promise || taking.kind !== 'taken') return entersLater(entering, taking)
      running.add(entering)
      return leaving(entering, taking.release)
    },
    endOthersThan(isAllowed) {
      running.forEach(({ caller, client }) => {
        if (!isAllowed(caller)) client.revoke()
      })
    },
    count: () => running.size,
  }
}

/** Those that have a bound. */
function capsOf(caller: Caller, client: ClientPeer, rules: InFlightRules): readonly NamedCap[] {
  const { key, user } = caller
  const { perKey, perUser, perAddress } = rules
  const caps: NamedCap[] = []
  if ((key.maxInFlight ?? perKey.max) > 0) caps.push(capOfKey(caller, perKey))
  if ((user.maxInFlight ?? perUser.max) > 0) caps.push(capOfUser(caller, perUser))
  if (perAddress.max > 0) caps.push(capOfAddress(rules.addressOf(client), perAddress))
  return caps
}

// A cap of its own, which all instances count together, comes before the default.

function capOfKey({ key: { id, maxInFlight } }: Caller, byDefault: DefaultCap): NamedCap {
  return {
    owner: `key:${id}`,
    who: 'this proxy key',
    setting: maxInFlight === null ? 'MAX_IN_FLIGHT_PER_KEY' : 'its max_in_flight',
    max: maxInFlight ?? byDefault.max,
    shared: maxInFlight === null ? byDefault.shared : true,
  }
}

function capOfUser({ user: { id, maxInFlight } }: Caller, byDefault: DefaultCap): NamedCap {
  return {
    owner: `user:${id}`,
    who: 'this user',
    setting: maxInFlight === null ? 'MAX_IN_FLIGHT_PER_USER' : "the user's max_in_flight",
    max: maxInFlight ?? byDefault.max,
    shared: maxInFlight === null ? byDefault.shared : true,
  }
}

function capOfAddress(address: string, { max, shared }: DefaultCap): NamedCap {
  const who = `the address ${address}`
  return { owner: `ip:${address}`, who, setting: 'MAX_IN_FLIGHT_PER_IP', max, shared }
}

function clientGone(): GatewayError {
  return new GatewayError(
    'client_closed_request',
    'gateway: the client closed the connection while its request waited for others to end.',
  )
}

function tooMany({ who, max, setting }: NamedCap, waiting: number): GatewayError {
  const queued = waiting === 0 ? '' : ` ${waiting} more wait for one to end.`
  return new GatewayError(
    'too_many_in_flight',
    `gateway: ${who} has ${max} requests in flight, which is all that it may have (${setting}).${queued} Wait for one to end.`,
    {
      headers: retryAfterHeaders(TRY_AGAIN_MS),
      figures: [
        {
          measure: 'requests_in_flight',
          ...{ owner: who, limit: max, used: max, asked: 1, refused: true, waitMs: null },
        },
      ],
    },
  )
}
