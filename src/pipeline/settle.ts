/** Last stage: one record of what was used and how it went, exactly once. */

import type { Caller } from '../access/caller.ts'
import type { TokenUsage } from '../core/token-usage.ts'
import type { ModelRequest } from '../protocols/openai/request.ts'
import { upstreamModelName } from '../routing/choose-key.ts'
import type { UsageRecord } from '../usage/record.ts'
import type { RequestContext } from './context.ts'
import { countUsage } from './count-usage.ts'
import type { Reservation } from './reserve.ts'
import type { Services } from './services.ts'

/** A promise only where tokens have to be counted here. */
export function settle(
  gateway: Services,
  caller: Caller,
  ask: ModelRequest,
  hold: Reservation,
  trace: RequestContext,
): void | Promise<void> {
  const durationMs = performance.now() - trace.arrivedMs
  if (trace.usage !== null)
    return settled(gateway, caller, ask, hold, trace, trace.usage, durationMs)
  return countUsage(gateway, ask, trace).then((usage) =>
    settled(gateway, caller, ask, hold, trace, usage, durationMs),
  )
}

function settled(
  gateway: Services,
  caller: Caller,
  ask: ModelRequest,
  hold: Reservation,
  trace: RequestContext,
  usage: TokenUsage,
  durationMs: number,
): void {
  if (hold.quota !== null) gateway.quotas.settle(hold.quota, usage.totalTokens)
  if (hold.rate !== null) gateway.rateLimits.settle(hold.rate, usage.totalTokens)
  const key = trace.upstream?.key ?? null
  const record: UsageRecord = {
    requestId: trace.requestId,
    startedAtMs: trace.startedAtMs,
    userId: caller.user.id,
    apiKeyId: caller.key.id,
    endpoint: ask.endpoint,
    model: ask.model,
    upstreamModel: key === null ? null : upstreamModelName(key, ask.model),
    upstreamKeyId: key === null || key.id === 0 ? null : key.id,
    upstream: key?.name ?? null,
    provider: key?.provider ?? null,
    stream: ask.stream,
    status: trace.status,
    outcome: trace.outcome,
    errorCode: storableCode(trace.errorCode),
    attempts: trace.attempts,
    durationMs,
    firstTokenMs: trace.firstTokenMs,
    reservedTokens: hold.quota?.tokens ?? 0,
    costUsd: null,
    promptTokens: usage.promptTokens,
    completionTokens: usage.completionTokens,
    totalTokens: usage.totalTokens,
    cachedTokens: usage.cachedTokens,
    reasoningTokens: usage.reasoningTokens,
    audioTokens: usage.audioTokens,
    audioOutputTokens: usage.audioOutputTokens,
    estimated: usage.estimated,
  }
  gateway.endedRequests.add(record, caller)
}

/** A code is one word; a sentence may have been said in the request. */
const CODE = /^[\w.:/[\]-]{1,64}$/

/** It may be the upstream's own, and no store must choke on it. */
function storableCode(code: string | null): string | null {
  return code === null || CODE.test(code) ? code : 'unprintable'
}
