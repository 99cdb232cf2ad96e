/**
 * Hedging: if the first token is late, the next target is asked as well, and the answer that begins first is taken.
 * The other one is cancelled at once. A budget bounds the share of requests that are sent twice.
 */
import { estimatePrompt } from '../../usage/estimate.ts'
import { ClientSignal } from '../context.ts'
import { latencyName } from '../latency-name.ts'
import type { Services } from '../services.ts'
import { standby } from './choose.ts'
import { excludeTargets } from './fallback.ts'
import { endWithoutVerdict, holdAgainst, recordAttempt, recordHedged } from './outcomes.ts'
import { clientClosed } from './refusals.ts'
import type { SendResult } from './result.ts'
import { type Seat, takeOneOf } from './seat.ts'
import type { RequestTries } from './tries.ts'

/** Begins one attempt. */
export type RunAttempt = (tries: RequestTries, seat: Seat) => Promise<SendResult>

/** Whether a second target may be asked. Each request of a model that hedges adds to the budget. */
export function isHedged(services: Services, tries: RequestTries, { candidate }: Seat): boolean {
  const { definition, request, limits } = tries
  if (definition?.firstTokenAction !== 'hedge') return false
  services.hedgeBudget.earn()
  return (
    definition.firstTokenMs !== null &&
    request.stream &&
    !limits.noFallback &&
    standby(services, tries, candidate) !== null
  )
}

/** One attempt of a race, with a signal of its own. */
interface Lane {
  seat: Seat
  tries: RequestTries
  sinceMs: number
  sent: Promise<{ lane: Lane; sent: SendResult }>
  isOver: boolean
}

/** What came of the attempt that `tries` has as its current one then; the slots of the other one are free. */
export async function race(
  services: Services,
  tries: RequestTries,
  seat: Seat,
  run: RunAttempt,
): Promise<SendResult> {
  const { signal } = tries.context
  const lanes: Lane[] = []
  const abandonAll = () => {
    for (const lane of lanes) lane.tries.context.signal.abort()
  }
  signal.listen(abandonAll)
  const sinceMs = performance.now()
  try {
    lanes.push(openLane(tries, seat, run))
    const late = lateAfter(tries.definition?.firstTokenMs ?? 0)
    const early = await Promise.race([(lanes[0] as Lane).sent, late.promise])
    late.stop()
    if (early !== null) return won(tries, early)
    const second = await secondSeat(services, tries, seat)
    // Taking its slots may have to wait for Redis.
    if (lanes[0]?.isOver === true) second?.release()
    else if (second !== null) lanes.push(openLane(tries, second, run))
    return await firstAnswer(services, tries, lanes)
  } catch (error) {
    abandonAll()
    for (const lane of lanes) lane.seat.release()
    throw error
  } finally {
    signal.unlisten(abandonAll)
    tries.waitMs += performance.now() - sinceMs
  }
}

function openLane(tries: RequestTries, seat: Seat, run: RunAttempt): Lane {
  const context = { ...tries.context, signal: new ClientSignal() }
  if (tries.context.signal.aborted) context.signal.abort()
  const own: RequestTries = { ...tries, context, losses: [], waitMs: 0 }
  const lane: Lane = { seat, tries: own, sinceMs: performance.now(), sent: NEVER, isOver: false }
  lane.sent = run(own, seat).then((sent) => {
    lane.isOver = true
    return { lane, sent }
  })
  return lane
}

const NEVER = new Promise<never>(() => {})

function lateAfter(ms: number): { promise: Promise<null>; stop(): void } {
  const { promise, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(resolve, ms, null)
  return { promise, stop: () => clearTimeout(timer) }
}

/** Null if the budget is spent, or nothing else can be asked without waiting. */
async function secondSeat(
  services: Services,
  tries: RequestTries,
  { candidate }: Seat,
): Promise<Seat | null> {
  const other = standby(services, tries, candidate)
  if (other === null || tries.context.signal.aborted || !services.hedgeBudget.spend()) return null
  const seating = await takeOneOf(services, tries, other)
  return seating === null || 'error' in seating ? null : seating
}

/** What failed while another one is still waited for is noted here; the last one that fails, by the caller. */
async function firstAnswer(
  services: Services,
  tries: RequestTries,
  opened: readonly Lane[],
): Promise<SendResult> {
  let lanes = opened
  for (;;) {
    const { lane, sent } = await Promise.race(lanes.map((each) => each.sent))
    const others = lanes.filter((each) => each !== lane)
    if (tries.context.signal.aborted) {
      for (const other of others) leave(services, tries, other)
      return won(tries, { lane, sent })
    }
    if (sent.kind !== 'failed' || others.length === 0) {
      for (const loser of others) cancel(services, tries, loser)
      if (opened.length > 1)
        services.metrics.hedged(sent.kind === 'response' ? placeOf(opened, lane) : 'none')
      return won(tries, { lane, sent })
    }
    tries.losses = lane.tries.losses
    tries.sentMs = lane.tries.sentMs
    recordAttempt(tries, lane.seat.candidate, sent.failure, sent.used)
    tries.failures = [...tries.failures, sent.failure]
    tries.tried = [...tries.tried, { candidate: lane.seat.candidate, failed: sent.failure }]
    holdAgainst(services, tries, lane.seat.candidate, sent.failure)
    excludeTargets(tries, lane.seat.candidate.target, sent.failure)
    lane.seat.release()
    lanes = others
  }
}

function placeOf(opened: readonly Lane[], lane: Lane): 'first' | 'second' {
  return opened[0] === lane ? 'first' : 'second'
}

function won(tries: RequestTries, { lane, sent }: { lane: Lane; sent: SendResult }): SendResult {
  tries.losses = lane.tries.losses
  tries.sentMs = lane.tries.sentMs
  tries.current = lane.seat.candidate
  tries.leave = lane.seat.release
  return sent
}

/** The client is gone. */
function leave(services: Services, tries: RequestTries, { seat, tries: own }: Lane): void {
  tries.sentMs = own.sentMs
  endWithoutVerdict(services, tries, seat.candidate, clientClosed())
  seat.release()
}

/** An answer that began in the same moment is closed as well. */
function cancel(services: Services, tries: RequestTries, lane: Lane): void {
  const { seat, tries: own, sinceMs, sent } = lane
  own.context.signal.abort()
  services.latencies.slowerThan(latencyName(seat.candidate.target), performance.now() - sinceMs)
  const promptTokens = estimatePrompt(tries.request)
  tries.sentMs = own.sentMs
  recordHedged(services, tries, seat.candidate, promptTokens)
  services.metrics.hedgedTokens(promptTokens)
  seat.release()
  sent.then(
    ({ sent: late }) => {
      if (late.kind === 'response' && late.response.kind === 'stream') late.response.cancel()
    },
    // The answer of the other one is there.
    () => {},
  )
}
