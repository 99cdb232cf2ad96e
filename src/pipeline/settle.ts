/** Last stage: one record of what was used and how it went, exactly once. */
import { PROVIDER_FACTS } from '../core/providers/providers.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import type { AttemptNote, UsageRecord } from '../usage/record.ts'
import { paidUnits } from '../usage/units.ts'
import { useOf } from './attempt/outcomes.ts'
import { countUsage } from './count-usage.ts'
import type { RelayResult } from './relay/result.ts'
import { chargedOf, coveringUsage } from './rescue/cover.ts'
import type { Reservation } from './reserve.ts'
import type { Services } from './services.ts'

/** A promise only if tokens have to be counted here. */
export function settle(
  services: Services,
  reservation: Reservation,
  result: RelayResult,
): void | Promise<void> {
  const durationMs = performance.now() - reservation.context.arrivedMs
  const { usage } = result
  if (usage === null || result.usageIsPartial === true)
    return countAndRecord(services, reservation, result, durationMs)
  record(services, reservation, result, { durationMs, usage })
}

async function countAndRecord(
  services: Services,
  reservation: Reservation,
  result: RelayResult,
  durationMs: number,
): Promise<void> {
  const usage = result.tries.delivery.estimatedUsage ?? (await countUsage(services, result))
  record(services, reservation, result, { durationMs, usage })
}

interface Measured {
  durationMs: number
  /** Of the upstream that ended the answer. */
  usage: TokenUsage
}

function record(
  services: Services,
  reservation: Reservation,
  result: RelayResult,
  { durationMs, usage: last }: Measured,
): void {
  const usage = coveringUsage(result.earlier ?? null, last, services.rescue.charge)
  noteUse(services, result, last)
  const { quota, rate } = reservation
  if (quota !== null) services.quotas.settle(quota, usage.totalTokens)
  if (rate !== null) services.rateLimits.settle(rate, usage.totalTokens)
  const usageRecord = recordOf(reservation, result, { durationMs, usage })
  services.endedRequests.add(usageRecord, reservation.caller)
}

/** Of an answer that several upstreams gave, the last one's part is noted as those before it were. */
function noteUse({ rescue }: Services, result: RelayResult, last: TokenUsage): void {
  const { ended, earlier, tries } = result
  if (ended === undefined || ended.used !== undefined || tries.current === null) return
  ended.used = useOf(tries.current, last, chargedOf(earlier ?? null, rescue.charge))
}

/** With what is paid by the image, second or search; a copy, because all records of a session have the same attempts. */
function withUnits({ units, tries }: RelayResult, usage: TokenUsage): readonly AttemptNote[] {
  const { attempts } = tries
  const noted = units ?? paidUnits(usage.units)
  const last = attempts.at(-1)
  if (noted === undefined || last === undefined) return attempts
  return [...attempts.slice(0, -1), { ...last, units: noted }]
}

function recordOf(
  { caller, request, context, quota, recordedAs }: Reservation,
  result: RelayResult,
  { durationMs, usage }: Measured,
): UsageRecord {
  const { tries, status, outcome, errorCode, firstTokenMs, cost } = result
  const { current } = tries
  const key = current?.upstream.key ?? null
  return {
    // First: copying fields into an object that has some already is several times slower.
    ...usage,
    requestId: context.requestId,
    startedAtMs: context.startedAtMs,
    userId: caller.user.id,
    apiKeyId: caller.key.id,
    endpoint: recordedAs ?? request.endpoint,
    model: request.model,
    // A session names its model itself.
    upstreamModel:
      result.upstreamModel ?? (current === null ? null : current.target.model || request.model),
    upstreamKeyId: key !== null && PROVIDER_FACTS[key.provider].hasKeys ? key.id : null,
    upstream: key?.name ?? null,
    provider: key?.provider ?? null,
    stream: request.stream,
    status,
    outcome,
    errorCode: storableCode(errorCode),
    attempts: withUnits(result, usage),
    durationMs,
    firstTokenMs,
    reservedTokens: quota?.tokens ?? 0,
    costUsd: typeof cost === 'number' ? cost : null,
  }
}

/** A code is one word; a sentence may have been said in the request. */
const CODE = /^[\w.:/[\]-]{1,64}$/

/** It may be the upstream's own, and no store must choke on it. */
function storableCode(code: string | null): string | null {
  return code === null || CODE.test(code) ? code : 'unprintable'
}
