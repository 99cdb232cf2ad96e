/** What the routing of a model asks about a request: read only if a condition or a strategy needs it. */
import type { Caller } from '../access/caller.ts'
import type { HeaderSource } from '../core/headers.ts'
import { featuresOf } from '../protocols/features.ts'
import { PROTOCOLS } from '../protocols/index.ts'
import type { ModelRequest } from '../protocols/protocol.ts'
import type { RequestFacts } from '../routing/conditions.ts'
import type { Target } from '../routing/plan.ts'
import type { UsableUpstream } from '../upstreams/directory.ts'
import { estimatePrompt } from '../usage/estimate.ts'
import type { ModelPrices } from '../usage/model-prices.ts'
import { expectedCostUsd } from '../usage/prices.ts'

export function factsOf(
  { key }: Pick<Caller, 'key'>,
  request: ModelRequest,
  headers: HeaderSource,
): RequestFacts {
  let promptTokens: number | null = null
  let features: ReturnType<typeof featuresOf> | null = null
  return {
    tags: key.tags,
    header: (name) => headers.get(name),
    promptTokens() {
      promptTokens ??= estimatePrompt(request)
      return promptTokens
    },
    features() {
      features ??= featuresOf(request.body, request.stream)
      return features
    },
  }
}

/** USD; null if the price is not known. `name` is the model as the client calls it. */
export function expectedCost(
  prices: ModelPrices,
  request: ModelRequest,
  { name, target }: { name: string; target: Target<UsableUpstream> },
): number | null {
  const [upstream] = target.keys
  const rates = upstream === undefined ? null : prices.ratesOf(upstream.key, target.model, name)
  if (rates === null) return null
  const maxOutputTokens = PROTOCOLS[request.protocol].maxOutputTokens(request)
  return expectedCostUsd(rates, estimatePrompt(request), maxOutputTokens)
}
