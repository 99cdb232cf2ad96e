/** The slots that an attempt takes of its upstream key and of its target, which may have so many requests at a time. */
import { GatewayError, retryAfterHeaders } from '../../core/errors.ts'
import type { Cap } from '../../limits/cap.ts'
import { TRY_AGAIN_MS } from '../../limits/in-flight.ts'
import { limitsUnavailable } from '../../limits/refusals.ts'
import { upstreamOwner } from '../../limits/slots.ts'
import { type Candidate, candidateId, wasAsked } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { waitingFor } from '../context.ts'
import type { Services } from '../services.ts'
import { choose } from './choose.ts'
import type { RequestTries } from './tries.ts'

type UpstreamCandidate = Candidate<UsableUpstream>

/** An attempt that may begin. */
export interface Seat {
  candidate: UpstreamCandidate
  /** Called when the attempt is over. */
  release: () => void
}

export type Seating = Seat | { error: GatewayError }

const NO_SLOTS = () => {}

/**
 * A seat at this candidate, else at another one that could be chosen; if all are full, the first to come free
 * while the request may wait. A promise only if a cap is full or counted by several instances.
 */
export function takeSeat(
  services: Services,
  tries: RequestTries,
  candidate: UpstreamCandidate,
): Seating | Promise<Seating> {
  if (capsOf(candidate).length === 0) return { candidate, release: NO_SLOTS }
  return takeOneOrWait(services, tries, candidate)
}

async function takeOneOrWait(
  services: Services,
  tries: RequestTries,
  candidate: UpstreamCandidate,
): Promise<Seating> {
  const seating = await takeOneOf(services, tries, candidate)
  return seating ?? waitForSeat(services, tries, candidate)
}

/** Null if all that could be chosen are full. */
export async function takeOneOf(
  services: Services,
  tries: RequestTries,
  first: UpstreamCandidate,
): Promise<Seating | null> {
  const full = new Set<string>()
  tries.full = full
  try {
    for (
      let candidate: UpstreamCandidate | null = first;
      candidate !== null && (!tries.limits.noFallback || candidate.target === first.target);
      candidate = choose(services, tries, candidate)
    ) {
      const caps = capsOf(candidate)
      if (caps.length === 0) return { candidate, release: NO_SLOTS }
      const taking = await services.slots.take(caps, tries.priority)
      if (taking.kind === 'unavailable') return { error: limitsUnavailable() }
      if (taking.kind === 'taken') return { candidate, release: taking.release }
      full.add(candidateId(candidate))
    }
    return null
  } finally {
    tries.full = null
  }
}

async function waitForSeat(
  { slots, queue }: Services,
  tries: RequestTries,
  first: UpstreamCandidate,
): Promise<Seating> {
  const { context } = tries
  if (queue.timeoutMs === 0 || slots.waiting() >= queue.max)
    return { error: allFull(slots.waiting()) }
  const candidates = tries.plan
    .filter((target) => !tries.limits.noFallback || target === first.target)
    .flatMap((target) => target.keys.map((upstream) => ({ target, upstream })))
    .filter((candidate) => candidate.target === first.target || !wasAsked(tries, candidate))
  const sinceMs = performance.now()
  const options = { priority: tries.priority, timeoutMs: queue.timeoutMs, signal: context.signal }
  const waiting = slots.wait(candidates.map(capsOf), options)
  const got = await waitingFor('queue', context, waiting)
  tries.waitMs += performance.now() - sinceMs
  if (got === null) return { error: allFull(slots.waiting()) }
  return { candidate: candidates[got.at] as UpstreamCandidate, release: got.release }
}

function capsOf({ upstream: { key }, target: { cap } }: UpstreamCandidate): readonly Cap[] {
  if (!key.maxInFlight && cap === null) return NO_CAPS
  const caps: Cap[] = []
  if (key.maxInFlight)
    caps.push({ owner: upstreamOwner(key.id), max: key.maxInFlight, shared: true })
  if (cap !== null) caps.push({ ...cap, shared: true })
  return caps
}

const NO_CAPS: readonly Cap[] = []

function allFull(waiting: number): GatewayError {
  const queued = waiting === 0 ? '' : ` ${waiting} requests wait for one to end.`
  return new GatewayError(
    'no_available_upstream',
    `gateway: every upstream key for this model has as many requests in flight as it may have (max_in_flight).${queued} Try again in a moment.`,
    { headers: retryAfterHeaders(TRY_AGAIN_MS) },
  )
}
