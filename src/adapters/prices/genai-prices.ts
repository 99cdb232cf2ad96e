/** Published prices from @pydantic/genai-prices, which also matches dated and aliased model names. */

import { BoundedMap } from '../../core/bounded-map.ts'
import type { PriceCatalogue, PriceSource, PublishedModel } from '../../usage/price-catalogue.ts'
import type { Rate, Rates } from '../../usage/prices.ts'

type Catalogue = typeof import('@pydantic/genai-prices')
type Provider = NonNullable<ReturnType<Catalogue['findProvider']>>
type Published = Readonly<Record<string, Rate | undefined>>

/**
 * At an address the catalogue does not know, these vendors' models cost what their maker charges. Open-weight
 * models don't: only their operator knows what running one costs.
 */
const VENDORS: readonly string[] = ['openai', 'anthropic', 'google']
const OPEN_WEIGHT = /^(gpt-oss|gemma)/i
/** Some prices depend on the hour. */
const REMEMBERED_FOR_MS = 60_000
const MAX_REMEMBERED = 1000

export function createPriceCatalogue(): PriceCatalogue {
  let catalogue: Catalogue | null = null
  const known = new BoundedMap<string, Rates | null>(MAX_REMEMBERED)
  let minute = 0

  return {
    async load() {
      catalogue ??= await import('@pydantic/genai-prices')
    },
    ratesOf(source, model, atMs) {
      if (catalogue === null) return null
      const now = Math.floor(atMs / REMEMBERED_FOR_MS)
      if (now !== minute) known.clear()
      minute = now
      const name = `${source.vendor} ${source.baseUrl} ${model}`
      let rates = known.get(name)
      if (rates === undefined) {
        rates = lookUp(catalogue, source, model, atMs)?.rates ?? null
        known.set(name, rates)
      }
      return rates
    },
    publishedOf: (source, model, atMs) =>
      catalogue === null ? null : lookUp(catalogue, source, model, atMs),
  }
}

function lookUp(
  catalogue: Catalogue,
  source: PriceSource,
  model: string,
  atMs: number,
): PublishedModel | null {
  const provider = providerOf(catalogue, source, model)
  if (provider === null) return null
  try {
    // One token of each kind, because only the rates behind the price are needed.
    const found = catalogue.calcPrice({ input_tokens: 1, output_tokens: 1 }, model, {
      providerId: provider.id,
      timestamp: new Date(atMs),
    })
    if (found === null) return null
    const { name = null, context_window: contextWindow = null } = found.model
    return { name, contextWindow, owner: provider.id, rates: ratesIn(found.model_price) }
  } catch {
    // It throws on contradictory prices; such a price counts as unknown.
    return null
  }
}

function providerOf(catalogue: Catalogue, source: PriceSource, model: string): Provider | null {
  if (source.vendor !== null) return catalogue.findProvider({ providerId: source.vendor }) ?? null
  const { baseUrl } = source
  const host = baseUrl === null ? undefined : catalogue.findProvider({ providerApiUrl: baseUrl })
  if (host !== undefined) return host
  if (OPEN_WEIGHT.test(model)) return null
  const maker = catalogue.findProvider({ modelId: model })
  return maker !== undefined && VENDORS.includes(maker.id) ? maker : null
}

/** Null if the model is not billed per token, e.g. speech by the minute. */
function ratesIn(published: Published): Rates | null {
  const input = published.input_mtok ?? published.input_text_mtok
  if (input === undefined) return null
  return {
    input,
    // Embeddings have no output.
    output: published.output_mtok ?? published.output_text_mtok ?? 0,
    cached: published.cache_read_mtok ?? null,
    ...(published.cache_write_mtok !== undefined && { cacheWrite: published.cache_write_mtok }),
    ...(published.cache_write_1h_mtok !== undefined && {
      cacheWrite1h: published.cache_write_1h_mtok,
    }),
    reasoning: published.output_reasoning_mtok ?? null,
    audioInput: published.input_audio_mtok ?? null,
    audioOutput: published.output_audio_mtok ?? null,
  }
}
