/** Published prices of models. */
import type { Rates } from './prices.ts'

/** Who answered. */
export interface PriceSource {
  /** The vendor whose list holds; null: whoever answers at the address, else the model's maker. */
  vendor: string | null
  /** Null where the upstream is no longer known. */
  baseUrl: string | null
}

export interface PriceCatalogue {
  /** To be awaited once before the first look-up: the list is large and is not loaded at the start. */
  load(): Promise<void>
  /** Null where the model is not known there. */
  ratesOf(source: PriceSource, model: string, atMs: number): Rates | null
}
