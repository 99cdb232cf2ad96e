/** Published prices of models. */
import type { Rates } from './prices.ts'

/** The upstream that answered. */
export interface PriceSource {
  /** The vendor whose prices apply; null: the vendor at the address, otherwise the model's maker. */
  vendor: string | null
  /** Null if the upstream no longer exists. */
  baseUrl: string | null
}

export interface PriceCatalogue {
  /** Await once before the first lookup: the list is large and not loaded at startup. */
  load(): Promise<void>
  /** Null if the catalogue does not know the model. */
  ratesOf(source: PriceSource, model: string, atMs: number): Rates | null
}
