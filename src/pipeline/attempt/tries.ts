/** What was tried for one request: one object, so that relay can ask for another answer where attempt stopped. */
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
  /** Every attempt so far, for the record. */
  readonly attempts: AttemptNote[]
  /** What was asked last. */
  current: Candidate<UsableUpstream> | null
  /** Time spent waiting for upstreams, or for another attempt. */
  waitMs: number
}

export function openTries(
  plan: Plan<UsableUpstream>,
  request: ModelRequest,
  context: RequestContext,
  delivery: Delivery,
): RequestTries {
  const none = { attempts: [], current: null, waitMs: 0 }
  return { ...openRoutingTries(), plan, request, context, delivery, ...none }
}
