/** What an attempt came to, for the record of the request and for the health of the key that was asked. */
import type { GatewayError } from '../../core/errors.ts'
import { type Failure, isSuspicion } from '../../core/failure.ts'
import { NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import type { Candidate } from '../../routing/plan.ts'
import type { UsableUpstream } from '../../upstreams/directory.ts'
import type { AttemptNote, AttemptUse } from '../../usage/record.ts'
import { hundredths } from '../context.ts'
import type { Services } from '../services.ts'
import { breakerName } from './choose.ts'
import { shownLoss } from './losses.ts'
import type { RequestTries } from './tries.ts'

type UpstreamCandidate = Candidate<UsableUpstream>

/** `used` is what a failed one took of its upstream: the client got nothing of it and is not charged. */
export function recordAttempt(
  tries: RequestTries,
  candidate: UpstreamCandidate,
  failed: Failure | null,
  used: TokenUsage | null = null,
): void {
  const note = noteOf(tries, candidate, failed === null ? 200 : failed.status)
  if (used !== null) note.used = useOf(candidate, used, 'nothing')
  if (failed !== null) {
    note.failure = `${failed.class}: ${failed.detail}`
    note.ambiguous = failed.ambiguous
  }
  if (tries.losses.length > 0) note.losses = tries.losses.map(shownLoss)
  tries.attempts.push(note)
}

/** A client that goes away, and what the gateway itself ends, say nothing about the key. */
export function endWithoutVerdict(
  { health }: Services,
  tries: RequestTries,
  candidate: UpstreamCandidate,
  error: GatewayError,
): void {
  health.released(candidate.upstream.key, breakerName(tries, candidate))
  const note = noteOf(tries, candidate, null)
  note.failure = error.message
  note.ambiguous = error.code !== 'no_available_upstream'
  tries.attempts.push(note)
}

/** It was asked next to another one that answered first: what it may have cost is its prompt. */
export function recordHedged(
  { health }: Services,
  tries: RequestTries,
  candidate: UpstreamCandidate,
  promptTokens: number,
): void {
  health.released(candidate.upstream.key, breakerName(tries, candidate))
  const note = noteOf(tries, candidate, null)
  note.failure = 'hedged: another target answered first'
  note.ambiguous = true
  const estimate = { ...NO_USAGE, promptTokens, totalTokens: promptTokens, estimated: true }
  note.used = useOf(candidate, estimate, 'nothing')
  tries.attempts.push(note)
}

/** What an attempt took of its upstream. */
export function useOf(
  { upstream, target }: UpstreamCandidate,
  usage: TokenUsage,
  charged: AttemptUse['charged'],
): AttemptUse {
  return { ...usage, model: target.model, provider: upstream.key.provider, charged }
}

/** Of an attempt that succeeded, until more is said of it. */
function noteOf(
  { sentMs, context, attempts }: RequestTries,
  { upstream }: UpstreamCandidate,
  status: number | null,
): AttemptNote {
  const { id, name } = upstream.key
  const note: AttemptNote = {
    upstreamKeyId: id,
    upstream: name,
    startedMs: hundredths(sentMs),
    durationMs: hundredths(performance.now() - context.arrivedMs - sentMs),
    status,
    failure: null,
    ambiguous: false,
  }
  if (context.waits.length > 0 && attempts.length === 0) note.waits = context.waits
  return note
}

/** Tells the health of the key what happened, and the rest of this request where not to go. */
export function holdAgainst(
  services: Services,
  tries: RequestTries,
  candidate: UpstreamCandidate,
  failed: Failure,
): void {
  const { key } = candidate.upstream
  const breaker = breakerName(tries, candidate)
  const { model, text } = tries.request
  const isSuspect = isSuspicion(failed)
  const request = isSuspect ? services.sha256Hex(`${model}\n${text ?? ''}`) : ''
  services.health.failed(key, breaker, { failed, request, mayMark: !tries.marked })
  if (failed.scope === 'key') tries.marked = true
  if (failed.scope === 'host') tries.unreachable = [...tries.unreachable, key.baseUrl]
  if (isSuspect) tries.suspects = [...tries.suspects, { key, breaker, failed }]
}

/** What one key answered, those that refused it without naming a reason could have answered, too. */
export function blameSuspects({ health }: Services, tries: RequestTries): void {
  if (tries.suspects.length === 0) return
  for (const { key, breaker, failed } of tries.suspects) health.blamed(key, breaker, failed)
  tries.suspects = []
}
