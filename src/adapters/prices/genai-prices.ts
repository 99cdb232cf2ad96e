/** Published prices from @pydantic/genai-prices, which also matches dated and aliased names of models. */

import type { PriceCatalogue, PriceSource } from '../../usage/price-catalogue.ts'
import type { Rate, Rates } from '../../usage/prices.ts'

type Catalogue = typeof import('@pydantic/genai-prices')
type Provider = NonNullable<ReturnType<Catalogue['findProvider']>>
type Published = Readonly<Record<string, Rate | undefined>>

/**
 * Behind an address that the catalogue does not know, these vendors' models are paid as at their maker.
 * Open-weight models are not: what running one costs is known to its operator alone.
 */
const VENDORS: readonly string[] = ['openai', 'anthropic', 'google']
const OPEN_WEIGHT = /^(gpt-oss|gemma)/i
/** Some prices depend on the hour. */
const REMEMBERED_FOR_MS = 60_000
const MAX_REMEMBERED = 1000

export function createPriceCatalogue(): PriceCatalogue {
  let catalogue: Catalogue | null = null
  let known = new Map<string, Rates | null>()
  let minute = 0

  return {
    async load() {
      catalogue ??= await import('@pydantic/genai-prices')
    },
    ratesOf(source, model, atMs) {
      if (catalogue === null) return null
      const now = Math.floor(atMs / REMEMBERED_FOR_MS)
      if (now !== minute || known.size >= MAX_REMEMBERED) known = new Map()
      minute = now
      const name = `${source.vendor} ${source.baseUrl} ${model}`
      let rates = known.get(name)
      if (rates === undefined) {
        rates = lookUp(catalogue, source, model, atMs)
        known.set(name, rates)
      }
      return rates
    },
  }
}

function lookUp(
  catalogue: Catalogue,
  source: PriceSource,
  model: string,
  atMs: number,
): Rates | null {
  const provider = providerOf(catalogue, source, model)
  if (provider === null) return null
  try {
    // Asked for one token of each side, because what is wanted is the rates behind the price.
    const found = catalogue.calcPrice({ input_tokens: 1, output_tokens: 1 }, model, {
      providerId: provider.id,
      timestamp: new Date(atMs),
    })
    return found === null ? null : ratesIn(found.model_price)
  } catch {
    // It throws over prices that contradict each other; a price that can't be told is unknown.
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

/** Null where it isn't paid by the token, as with speech by the minute. */
function ratesIn(published: Published): Rates | null {
  const input = published.input_mtok ?? published.input_text_mtok
  if (input === undefined) return null
  return {
    input,
    // Embeddings write nothing.
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
