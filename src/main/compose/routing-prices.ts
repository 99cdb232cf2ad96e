/** Prices for the routing: the operator's own from the directory, the published ones once a model needs them. */

import { PROVIDER_FACTS } from '../../core/providers/providers.ts'
import type { KeyDirectory } from '../../upstreams/directory.ts'
import type { ModelPrices } from '../../usage/model-prices.ts'
import type { PriceCatalogue } from '../../usage/price-catalogue.ts'

/** The list is large: it is loaded when a model first goes by cost, and until then only own prices are known. */
export function routingPrices(
  directory: Pick<KeyDirectory, 'ownPrice'>,
  catalogue: PriceCatalogue,
): ModelPrices {
  let asked = false
  return {
    ratesOf(key, upstreamModel, name) {
      if (!asked) void catalogue.load().catch(() => {})
      asked = true
      const { prices } = PROVIDER_FACTS[key.provider]
      const vendor = prices === 'own' ? key.provider : null
      const source = { vendor, baseUrl: key.baseUrl }
      const published =
        prices === 'none' ? null : catalogue.ratesOf(source, upstreamModel, Date.now())
      return directory.ownPrice(upstreamModel) ?? published ?? directory.ownPrice(name)
    },
  }
}
