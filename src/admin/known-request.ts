/** What the dry run of a route knows about a request: its proxy key, and a body in any of the wire formats. */
import { type Caller, mayUse } from '../access/caller.ts'
import type { ApiKey, ModelDefinition, ModelPrice } from '../core/entities.ts'
import { featuresOf } from '../protocols/features.ts'
import { PROTOCOLS } from '../protocols/index.ts'
import type { ModelRequest } from '../protocols/protocol.ts'
import { stickyKeyOf } from '../protocols/sticky-key.ts'
import type { KnownRequest } from '../routing/explain.ts'
import type { Keyed, Plan } from '../routing/plan.ts'
import { byCost, byStickiness } from '../routing/strategies.ts'
import { estimatePrompt } from '../usage/estimate.ts'
import { expectedCostUsd } from '../usage/prices.ts'

type Body = Readonly<Record<string, unknown>>

export interface DryRunInput {
  model: string
  key: ApiKey | null
  body: Body | null
}

export function knownRequest({ model, key, body }: DryRunInput): KnownRequest {
  const request = body === null ? null : requestOf(body, model)
  const knows = new Set<'key' | 'body'>()
  if (key !== null) knows.add('key')
  if (body !== null) knows.add('body')
  return {
    knows,
    isAllowed: key === null || mayUse({ key } as Caller, model),
    facts: {
      tags: key?.tags ?? [],
      header: () => null,
      promptTokens: () => (request === null ? 0 : estimatePrompt(request)),
      features: () => featuresOf(body ?? {}, body?.stream === true),
    },
  }
}

/** As Chat Completions, Responses or Gemini, by the field that holds the conversation. */
function requestOf(body: Body, model: string): ModelRequest {
  const text = JSON.stringify({ ...body, model })
  if (body.contents !== undefined) return PROTOCOLS.gemini.readRequest('generateContent', text)
  if (body.input !== undefined) return PROTOCOLS.responses.readRequest('responses', text)
  return PROTOCOLS.openai.readRequest('chat/completions', text)
}

/** What is measured while serving, as `latency` goes by, is not known here. */
export function strategyOrder(
  definition: ModelDefinition | null,
  { model, body }: DryRunInput,
  prices: readonly ModelPrice[],
): (plan: Plan<Keyed>) => Plan<Keyed> {
  if (body === null || definition === null) return (plan) => plan
  const request = requestOf(body, model)
  const rates = new Map(prices.map((price) => [price.model, price.rates]))
  switch (definition.strategy) {
    case 'cost':
      return (plan) =>
        byCost(plan, (target) => {
          const own = rates.get(target.model)
          if (own === undefined) return null
          const most = PROTOCOLS[request.protocol].maxOutputTokens(request)
          return expectedCostUsd(own, estimatePrompt(request), most)
        })
    case 'sticky':
      return (plan) => byStickiness(plan, stickyKeyOf(body, ''))
    default:
      return (plan) => plan
  }
}
