/**
 * What is known of a listed model beyond its name: who makes it, its context window, what it reads, what it costs. The
 * operator's own words come first, then the vendor's, then what is published.
 */
import { BoundedMap } from '../../core/bounded-map.ts'
import type { UpstreamKey } from '../../core/entities.ts'
import { type ModelFacts, statedFacts } from '../../protocols/neutral/model-facts.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'
import { PROVIDERS } from '../../providers/index.ts'
import type { PublishedModel } from '../../usage/price-catalogue.ts'
import type { Rate, Rates } from '../../usage/prices.ts'
import type { Services } from '../services.ts'

/** A model with one upstream that serves it. */
export interface ListedModel {
  entry: ModelEntry
  /** Null: nothing is known of where it is served. */
  source: { key: UpstreamKey; model: string } | null
  /** The window that an operator gave; null: none. */
  contextTokens: number | null
}

/** A lookup takes a fraction of a millisecond, and vendors list hundreds of models: other work runs in between. */
const LOOKUPS_AT_ONCE = 8
const REMEMBERED_FOR_MS = 3_600_000
const MAX_REMEMBERED = 10_000

interface Published {
  of(key: UpstreamKey, model: string): Promise<PublishedModel | null>
}

export type DescribeModels = (listed: readonly ListedModel[]) => Promise<ModelEntry[]>

export function describeModels(
  services: Pick<Services, 'prices' | 'directory' | 'clock'>,
): DescribeModels {
  const published = remembering(services)
  return async (listed) => {
    // Without the published prices the rest is still known.
    await services.prices.load().catch(() => {})
    const described: ModelEntry[] = []
    for (const one of listed) {
      const { source } = one
      const found = source === null ? null : await published.of(source.key, source.model)
      described.push(describe(one, found, services))
    }
    return described
  }
}

function remembering({ prices, clock }: Pick<Services, 'prices' | 'clock'>): Published {
  const known = new BoundedMap<string, PublishedModel | null>(MAX_REMEMBERED)
  let sinceMs = clock.nowMs()
  let lookups = 0
  return {
    async of(key, model) {
      if (clock.nowMs() - sinceMs > REMEMBERED_FOR_MS) {
        known.clear()
        sinceMs = clock.nowMs()
      }
      const name = `${key.provider} ${key.baseUrl} ${model}`
      const before = known.get(name)
      if (before !== undefined) return before
      if (++lookups % LOOKUPS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve))
      const found = prices.publishedOf(key, model)
      known.set(name, found)
      return found
    },
  }
}

function describe(
  { entry, source, contextTokens }: ListedModel,
  published: PublishedModel | null,
  { directory }: Pick<Services, 'directory'>,
): ModelEntry {
  const facts = statedFacts(source?.model ?? entry.id)
  const own = directory.ownPrice(source?.model ?? entry.id) ?? directory.ownPrice(entry.id)
  const rates = own ?? published?.rates ?? null
  const window = contextTokens ?? windowIn(entry) ?? published?.contextWindow ?? null
  return {
    ...(published?.name != null && { display_name: published.name }),
    ...(facts?.maxOutput != null && { max_output_tokens: facts.maxOutput }),
    ...modalitiesOf(entry, facts),
    ...(rates !== null && { pricing: pricingOf(rates) }),
    ...entry,
    owned_by: ownerOf(entry, source, published),
    ...(window !== null && { context_window: window }),
    ...(own !== null && { pricing: pricingOf(own) }),
  }
}

function ownerOf(
  { owned_by: said }: ModelEntry,
  source: ListedModel['source'],
  published: PublishedModel | null,
): unknown {
  if (source === null || (said !== undefined && said !== source.key.provider)) return said
  const { byModel, maker } = PROVIDERS[source.key.provider]
  return byModel?.(source.model).maker ?? maker ?? published?.owner ?? source.key.provider
}

/** The names that vendors give the context window in their lists. */
const WINDOW_FIELDS = [
  ...['context_window', 'context_length', 'max_context_length', 'max_model_len'],
  ...['max_input_tokens', 'context_size'],
]

function windowIn(entry: ModelEntry): number | null {
  for (const field of WINDOW_FIELDS) {
    const value = entry[field]
    if (typeof value === 'number' && value > 0) return value
  }
  return null
}

const INPUTS = { image: 'image', document: 'file', audio: 'audio', video: 'video' } as const

function modalitiesOf({ architecture }: ModelEntry, facts: ModelFacts | null): object {
  if (typeof architecture === 'object' && architecture !== null) {
    const { input_modalities, output_modalities } = architecture as Record<string, unknown>
    if (Array.isArray(input_modalities)) return { input_modalities, output_modalities }
  }
  if (facts === null) return {}
  const media = (Object.keys(INPUTS) as (keyof typeof INPUTS)[]).filter((kind) => facts.media[kind])
  return {
    input_modalities: ['text', ...media.map((kind) => INPUTS[kind])],
    output_modalities: ['text'],
  }
}

/** USD for each token as decimal text, in the form that OpenRouter's list has and clients know. */
function pricingOf(rates: Rates): Record<string, string> {
  const named: [string, Rate | null | undefined][] = [
    ['prompt', rates.input],
    ['completion', rates.output],
    ['input_cache_read', rates.cached],
    ['input_cache_write', rates.cacheWrite],
    ['internal_reasoning', rates.reasoning],
    ['audio', rates.audioInput],
  ]
  const known = named.filter((pair): pair is [string, Rate] => pair[1] != null)
  return Object.fromEntries(known.map(([name, rate]) => [name, perToken(rate)]))
}

/** Of prices that rise with the prompt's length, the first. */
function perToken(rate: Rate): string {
  const perMillion = typeof rate === 'number' ? rate : rate.base
  return (perMillion / 1_000_000).toFixed(12).replace(/\.?0+$/, '')
}
