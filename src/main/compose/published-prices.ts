/** The published prices, loaded soon after startup. */
import { createPriceCatalogue } from '../../adapters/prices/genai-prices.ts'
import type { PriceCatalogue } from '../../usage/price-catalogue.ts'
import { loadWithFiles } from './load-with-files.ts'

/** Not with the first batch of records: by then the process may have run out of file descriptors. */
const LOAD_AFTER_MS = 20

export function publishedPrices(): PriceCatalogue {
  const catalogue = createPriceCatalogue()
  let loaded: Promise<void> | null = null
  const load = () => {
    loaded ??= loadWithFiles(() => catalogue.load()).catch((error) => {
      // The next batch of records tries again.
      loaded = null
      throw error
    })
    return loaded
  }
  return {
    load,
    ratesOf: (...asked) => catalogue.ratesOf(...asked),
    publishedOf: (...asked) => catalogue.publishedOf(...asked),
  }
}

/** Loads what a process that serves will need. A failure shows at the first use. */
export function loadSoon(load: () => Promise<unknown>): void {
  setTimeout(() => load().catch(() => {}), LOAD_AFTER_MS).unref()
}
