/** One attempt to get the rest of an answer from one upstream key: in the best way first that it can be asked. */
import { GatewayError } from '../../core/errors.ts'
import type { TokenUsage } from '../../core/token-usage.ts'
import type { NeutralRequest } from '../../protocols/neutral/neutral.ts'
import { pairOf } from '../../protocols/neutral/pairs.ts'
import type { ModelRequest } from '../../protocols/protocol.ts'
import { type ContinueWay, waysToContinue } from '../../protocols/rescue/continue-request.ts'
import { continuingDialect } from '../../protocols/rescue/continuing-dialect.ts'
import type { LastReport } from '../../protocols/rescue/splice.ts'
import { tokenUsage } from '../../protocols/token-usage.ts'
import type { SentStream } from '../../protocols/translation/format.ts'
import type { SendAttempt } from '../attempt/attempt.ts'
import {
  type DialectChange,
  type Dialogue,
  knownFacts,
  openContinuation,
} from '../attempt/dialogue.ts'
import type { SendResult } from '../attempt/result.ts'
import { exchange, ModelCall, refusedUsage } from '../attempt/send.ts'
import type { RequestTries } from '../attempt/tries.ts'
import type { RescueRules, Services } from '../services.ts'
import { coveringReport, estimatedReport } from './cover.ts'

export interface StreamStart {
  sent: SentStream
  /** What it took, by the upstreams that gave it. */
  used: TokenUsage
}

/** How the upstream of `model` can be asked for the rest; none if it can't be. */
export function waysAt(
  { mode }: RescueRules,
  request: NeutralRequest,
  { sent }: StreamStart,
  model: string,
): readonly ContinueWay[] {
  if (mode === 'off') return []
  const ways = waysToContinue(request, sent.answer, knownFacts(model))
  return mode === 'continue' ? ways : ways.filter((way) => way !== 'instruct')
}

/** Null for a request that no format but its own can say. */
export function neutralRequest(request: ModelRequest): NeutralRequest | null {
  const { model, stream } = request
  try {
    return pairOf(request, 'openai').dialect.readRequest(request.body, { model, stream })
  } catch (error) {
    if (error instanceof GatewayError) return null
    throw error
  }
}

export function continuing(request: NeutralRequest, beginning: StreamStart): SendAttempt {
  return async (services, tries, options) => {
    const { model } = options.candidate.target
    let last: SendResult | null = null
    for (const way of waysAt(services.rescue, request, beginning, model)) {
      const asksForUsage = !refusedUsage(services, options.candidate)
      const call = new RestCall(services, tries, options, asksForUsage)
      call.dialectOf = changeFor(services, tries, { ...beginning, way })
      last = await exchange(services, tries, call)
      if (last.kind !== 'failed' || last.failure.class !== 'client') return last
    }
    return last ?? notAsked(tries)
  }
}

/** Like a model's call, in a dialect that asks for the rest. */
class RestCall extends ModelCall {
  dialectOf: DialectChange = (dialect) => dialect

  protected override open(): Promise<Dialogue> {
    return openContinuation(this.services, this.tries, this.candidate, this.dialectOf)
  }
}

function changeFor(
  { rescue }: Services,
  tries: RequestTries,
  { sent, used, way }: StreamStart & { way: ContinueWay },
): DialectChange {
  const { charge } = rescue
  // An answer that was not sent on may have ended with an estimate.
  tries.delivery.estimatedUsage = null
  const usageOf = (last: LastReport) => {
    const { usage, isPartial } = last
    if (usage !== null && !isPartial) return coveringReport(used, usage, charge)
    const estimate = estimatedReport(tries.request, last)
    tries.delivery.estimatedUsage = { ...tokenUsage(estimate), estimated: true }
    return coveringReport(used, estimate, charge)
  }
  return (dialect) =>
    continuingDialect(dialect, { sent, way, spentTokens: used.completionTokens, usageOf })
}

function notAsked({ request }: RequestTries): SendResult {
  const message = `gateway: no rest of an answer can be asked of this target of '${request.model}'.`
  return { kind: 'ended', error: new GatewayError('upstream_error', message) }
}
