/** Charges a realtime session response by response, so that quota is used while the session lasts. */
import type { Caller } from '../../access/caller.ts'
import { addUsage, NO_USAGE, type TokenUsage } from '../../core/token-usage.ts'
import type { ClientPeer } from '../../limits/rate-limits.ts'
import type { RequestTries } from '../attempt/tries.ts'
import { openContext } from '../context.ts'
import type { RelayResult } from '../relay/result.ts'
import { reserve } from '../reserve.ts'
import type { Services } from '../services.ts'
import { settle } from '../settle.ts'

interface Session {
  caller: Caller
  client: ClientPeer
  tries: RequestTries
  /** What the client asked for in the session itself, if that names its model. */
  asked: { model: string | null }
}

/** Records one response. Resolves to why the session has to end, or to null; rejects if nothing was recorded. */
export type ChargeResponse = (usage: TokenUsage) => Promise<string | null>

export function chargeResponses(
  services: Services,
  { caller, client, tries, asked }: Session,
): ChargeResponse {
  let responses = 0
  return async (usage) => {
    const { context } = tries
    const request = asked.model === null ? tries.request : { ...tries.request, model: asked.model }
    const requestId = `${context.requestId}.${++responses}`
    const part = openContext(requestId, services.clock.nowMs())
    const reservation = await reserve(services, { caller, request, client }, part)
    await settle(services, reservation, sessionResult(tries, usage))
    const { quota } = reservation
    return quota !== null && services.quotas.remaining(quota) <= 0
      ? 'insufficient_quota: the monthly quota is used up'
      : null
  }
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
