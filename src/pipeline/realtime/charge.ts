/** Charges a realtime session response by response, so that quota is used while the session lasts. */
import type { Caller } from '../../access/caller.ts'
import { addUsage, NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import type { ClientPeer } from '../../limits/rate-limits.ts'
import { unitCostUsd } from '../../passthrough/unit-prices.ts'
import type { RequestTries } from '../attempt/tries.ts'
import { openContext } from '../context.ts'
import type { RelayResult } from '../relay/result.ts'
import { reserve } from '../reserve.ts'
import type { Services } from '../services.ts'
import { settle } from '../settle.ts'
import type { SessionUse } from './dialects.ts'

interface Session {
  caller: Caller
  client: ClientPeer
  tries: RequestTries
  /** What the client asked for in the session itself, if that names its model. */
  asked: { model: string | null }
}

/** Records one response. Resolves to why the session has to end, or to null; rejects if nothing was recorded. */
export type ChargeResponse = (use: SessionUse) => Promise<string | null>

export function chargeResponses(
  services: Services,
  { caller, client, tries, asked }: Session,
): ChargeResponse {
  let responses = 0
  return async (use) => {
    const { context } = tries
    const model = use.transcribedBy ?? asked.model
    const request = model === null ? tries.request : { ...tries.request, model }
    const requestId = `${context.requestId}.${++responses}`
    const part = openContext(requestId, services.clock.nowMs())
    const reservation = await reserve(services, { caller, request, client }, part)
    await settle(services, reservation, {
      ...sessionResult(tries, use.usage),
      ...transcription(use),
    })
    const { quota } = reservation
    return quota !== null && services.quotas.remaining(quota) <= 0
      ? 'insufficient_quota: the monthly quota is used up'
      : null
  }
}

/** Seconds have a price of their own; tokens are priced as the record is stored, if it is known whose they are. */
function transcription({ usage, transcribedBy: model }: SessionUse): Partial<RelayResult> {
  if (model === undefined) return {}
  if (model === null) return { cost: 'unpriced' }
  const seconds = usage.units?.seconds
  if (seconds === undefined) return { upstreamModel: model }
  const cost = unitCostUsd('seconds', model, {}, seconds) ?? 'unpriced'
  return { upstreamModel: model, cost }
}

/** What is recorded of a session, or of one of its responses. */
export function sessionResult(tries: RequestTries, usage: TokenUsage): RelayResult {
  return {
    tries,
    outcome: 'ok',
    status: 101,
    errorCode: null,
    usage: addUsage(usage, NO_USAGE),
    text: '',
    firstTokenMs: null,
    cost: usage === NO_USAGE ? 0 : undefined,
  }
}
