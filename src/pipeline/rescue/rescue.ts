/** A stream that breaks after the client has seen a part of its answer is continued by another target. */
import { failure } from '../../core/failure.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import { PROTOCOLS } from '../../protocols/index.ts'
import type { Candidate } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import { isSpent } from '../../upstreams/retry.ts'
import { attempt } from '../attempt/attempt.ts'
import { excludeTargets } from '../attempt/fallback.ts'
import { useOf } from '../attempt/outcomes.ts'
import type { StreamResponse } from '../attempt/result.ts'
import type { RequestTries } from '../attempt/tries.ts'
import { countUsage } from '../count-usage.ts'
import { sendComments } from '../relay/keep-alive.ts'
import type { Cut } from '../relay/stream.ts'
import type { Services } from '../services.ts'
import { continuing, neutralRequest, type StreamStart, waysAt } from './continue.ts'
import { chargedOf, coveringUsage } from './cover.ts'

type UpstreamCandidate = Candidate<UsableUpstream>

export interface BrokenStream {
  response: StreamResponse
  cut: Cut
  /** What the upstreams before this one took for the answer; null: it was the first. */
  earlier: TokenUsage | null
}

/** `used`: what all upstreams took until now. */
export type Rescued =
  | { kind: 'continued'; response: StreamResponse; used: TokenUsage }
  | { kind: 'aborted'; used: TokenUsage }
  | null

/** Null if no upstream can go on. */
export async function rescue(
  services: Services,
  tries: RequestTries,
  broken: BrokenStream,
): Promise<Rescued> {
  const rescued = await goOn(services, tries, broken)
  if (rescued?.kind !== 'aborted')
    services.metrics.streamBroke(
      tries.definition?.name ?? null,
      rescued === null ? 'ended' : 'continued',
    )
  return rescued
}

async function goOn(
  services: Services,
  tries: RequestTries,
  broken: BrokenStream,
): Promise<Rescued> {
  const { response, cut } = broken
  const sent = cut.by === 'upstream' ? (response.reader.sent?.() ?? null) : null
  const request = sent === null ? null : neutralRequest(tries.request)
  if (sent === null || request === null) return null
  sent.broke?.()
  const { current } = tries
  blame(tries, cut)
  if (isSpent(tries.failures)) return null
  const beginning: StreamStart = { sent, used: await usedSoFar(services, tries, broken) }
  const canGoOn = ({ model }: { model: string }) =>
    waysAt(services.rescue, request, beginning, model).length > 0
  onlyTargets(tries, canGoOn)
  const result = await attempt(services, tries, continuing(request, beginning))
  const { used } = beginning
  if (result.kind === 'aborted') return { kind: 'aborted', used }
  if (result.kind === 'failure' || result.response.kind !== 'stream') {
    // The record names who gave the answer, as far as it goes.
    tries.current = current
    return null
  }
  markSeam(tries)
  return { kind: 'continued', response: result.response, used }
}

/** Everything but what just broke may be asked, also what failed before: most faults are gone a moment later. */
function blame(tries: RequestTries, { code, detail }: Cut): void {
  const kind = code === 'upstream_timeout' ? 'timeout' : 'server'
  const failed = failure(kind, detail, { status: 200, ambiguous: true })
  const current = tries.current as UpstreamCandidate
  tries.failures = [...tries.failures, failed]
  // It did answer: an upstream that falls silent later does not count as silent.
  tries.tried = [...tries.tried, { candidate: current, failed: { ...failed, class: 'server' } }]
  tries.asked = [current]
  excludeTargets(tries, current.target, failed)
}

function onlyTargets(tries: RequestTries, canGoOn: (target: { model: string }) => boolean): void {
  for (const target of tries.plan)
    if (!canGoOn(target)) for (const upstream of target.keys) tries.asked.push({ target, upstream })
  tries.tried = tries.tried.filter(({ candidate }) => canGoOn(candidate.target))
}

async function usedSoFar(
  services: Services,
  tries: RequestTries,
  { response, earlier }: BrokenStream,
): Promise<TokenUsage> {
  const { usage, text } = response.reader
  const counted = await countUsage(services, { tries, usage, text, firstTokenMs: 0 })
  const attempt = tries.attempts.at(-1)
  const { charge } = services.rescue
  if (attempt !== undefined)
    attempt.used = useOf(tries.current as UpstreamCandidate, counted, chargedOf(earlier, charge))
  return coveringUsage(earlier, counted, charge)
}

const SEAM = new TextEncoder().encode(': continued by another upstream\n\n')

function markSeam(tries: RequestTries): void {
  if (PROTOCOLS[tries.request.protocol].refusesComments !== true) sendComments(tries, SEAM)
}
