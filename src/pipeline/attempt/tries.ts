/** What was tried for one request: one object, so that relay can ask for another answer where attempt stopped. */
import type { Caller } from '../../access/caller.ts'
import type { ModelDefinition } from '../../core/entities.ts'
import type { Failure } from '../../core/failure.ts'
import type { HeaderSource } from '../../core/headers.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import type { Loss } from '../../protocols/neutral/neutral.ts'
import type { ModelRequest } from '../../protocols/protocol.ts'
import { type ClientLimits, NO_LIMITS } from '../../routing/client-limits.ts'
import { type Candidate, type Plan, Tries } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { forwardedHeaders } from '../../upstreams/forward-headers.ts'
import type { AttemptNote } from '../../usage/record.ts'
import type { Client } from '../client.ts'
import type { RequestContext } from '../context.ts'
import { type Delivery, openDelivery } from '../relay/delivery.ts'

export interface FailedTry {
  candidate: Candidate<UsableUpstream>
  failed: Failure
}

export class RequestTries extends Tries {
  readonly plan: Plan<UsableUpstream>
  readonly request: ModelRequest
  readonly context: RequestContext
  readonly delivery: Delivery
  /** The client's own headers that reach the upstream. */
  readonly forwarded: Readonly<Record<string, string>> | null
  /** How the client narrows it. */
  readonly limits: ClientLimits
  /** Null if no operator defined the model. */
  readonly definition: ModelDefinition | null
  /** Every attempt so far, for the record. */
  readonly attempts: AttemptNote[] = []
  /** What failed, in order, to be asked again. */
  tried: readonly FailedTry[] = NO_TRIES
  /** What was asked last. */
  current: Candidate<UsableUpstream> | null = null
  /** When it was sent, in milliseconds since the request arrived. */
  sentMs = 0
  /** What the upstream that was asked last did not get as it was meant. */
  losses: readonly Loss[] = NO_LOSSES
  /** The client accepts no answer to a request that lost something in translation. */
  readonly strict: boolean
  /** The user who asks: thoughts that are kept are kept for them alone. */
  readonly callerId: number
  /** `candidateId` of what has as many requests as it may have; null while nothing has. */
  full: ReadonlySet<string> | null = null
  /** Of requests that wait, higher ones go first. */
  readonly priority: number
  /** Gives back the slots of the last attempt; also called when the request ends. */
  leave: () => void = NO_SLOTS
  /** Time spent waiting for upstreams, or for another attempt. */
  waitMs = 0

  constructor(
    forwardHeaders: readonly string[],
    { plan, limits = NO_LIMITS, definition = null }: Routed,
    { caller, request, context, headers }: Reserved,
    client: Client & { headers: HeaderSource },
  ) {
    super()
    const own = PROTOCOLS[request.protocol].forwardedHeaders
    const names = own.length === 0 ? forwardHeaders : [...forwardHeaders, ...own]
    this.plan = plan
    this.request = request
    this.context = context
    this.delivery = openDelivery(client, headers, context.arrivedMs)
    this.forwarded = forwardedHeaders(names, client.headers)
    this.limits = limits
    this.definition = definition
    this.strict = caller.key.strict || client.headers.get(STRICT_HEADER) === 'true'
    this.callerId = caller.user.id
    this.priority = caller.key.priority
  }
}

const NO_LOSSES: readonly Loss[] = []
const NO_TRIES: readonly FailedTry[] = []
const NO_SLOTS = () => {}

/** What a reservation says of the request it is for. */
interface Reserved {
  readonly caller: Caller
  readonly request: ModelRequest
  readonly context: RequestContext
  readonly headers: Record<string, string>
}

/** A client sends it with `true`. */
export const STRICT_HEADER = 'x-gpt-proxy-strict'

/** Where the request may go, and what narrows it; a call of another kind than a model's has only a plan. */
interface Routed {
  readonly plan: Plan<UsableUpstream>
  readonly limits?: ClientLimits
  readonly definition?: ModelDefinition | null
}

/** The most time that the request may take, all attempts together. */
export function requestLimitMs({ limits }: RequestTries, longestMs: number): number {
  return limits.timeoutMs === null ? longestMs : Math.min(limits.timeoutMs, longestMs)
}
