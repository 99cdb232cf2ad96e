/** Prices for the routing: the operator's own from the directory, the published ones once a model needs them. */

import type { UpstreamKey } from '../../core/entities.ts'
import { PROVIDER_FACTS } from '../../core/providers/providers.ts'
import type { KeyDirectory } from '../../upstreams/directory.ts'
import type { ModelPrices } from '../../usage/model-prices.ts'
import type { PriceCatalogue, PriceSource } from '../../usage/price-catalogue.ts'

/** The list is large: it is loaded when a model first goes by cost, and until then only own prices are known. */
export function routingPrices(
  directory: Pick<KeyDirectory, 'ownPrice'>,
  catalogue: PriceCatalogue,
): ModelPrices {
  let asked = false
  return {
    load: () => catalogue.load(),
    publishedOf(key, upstreamModel) {
      const source = sourceOf(key)
      return source === null ? null : catalogue.publishedOf(source, upstreamModel, Date.now())
    },
    ratesOf(key, upstreamModel, name) {
      if (!asked) void catalogue.load().catch(() => {})
      asked = true
      const source = sourceOf(key)
      const published =
        source === null ? null : catalogue.ratesOf(source, upstreamModel, Date.now())
      return directory.ownPrice(upstreamModel) ?? published ?? directory.ownPrice(name)
    },
  }
}

/** Null: it costs nothing. */
function sourceOf({ provider, baseUrl }: UpstreamKey): PriceSource | null {
  const { prices } = PROVIDER_FACTS[provider]
  return prices === 'none' ? null : { vendor: prices === 'own' ? provider : null, baseUrl }
}
