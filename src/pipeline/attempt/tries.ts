/** What was tried for one request: one object, so that relay can ask for another answer where attempt stopped. */
import type { Loss } from '../../protocols/neutral.ts'
import type { ModelRequest } from '../../protocols/protocol.ts'
import {
  type Candidate,
  openTries as openRoutingTries,
  type Plan,
  type Tries,
} from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { AttemptNote } from '../../usage/record.ts'
import type { RequestContext } from '../context.ts'
import type { Delivery } from '../relay/delivery.ts'

export interface RequestTries extends Tries {
  readonly plan: Plan<UsableUpstream>
  readonly request: ModelRequest
  readonly context: RequestContext
  readonly delivery: Delivery
  /** The client's own headers that reach the upstream. */
  readonly forwarded: Readonly<Record<string, string>> | null
  /** Every attempt so far, for the record. */
  readonly attempts: AttemptNote[]
  /** What was asked last. */
  current: Candidate<UsableUpstream> | null
  /** What the upstream that was asked last did not get as it was meant. */
  losses: readonly Loss[]
  /** The user who asks: thoughts that are kept are kept for them alone. */
  readonly callerId: number
  /** Time spent waiting for upstreams, or for another attempt. */
  waitMs: number
}

type Asked = Pick<
  RequestTries,
  'plan' | 'request' | 'context' | 'delivery' | 'forwarded' | 'callerId'
>

export function openTries(asked: Asked): RequestTries {
  return { ...openRoutingTries(), ...asked, attempts: [], current: null, losses: [], waitMs: 0 }
}
