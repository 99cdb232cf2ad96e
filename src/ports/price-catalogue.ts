/** Published prices of models. */
import type { Rates } from '../core/prices.ts'

export interface PriceCatalogue {
  /** To be awaited once before the first look-up: the list is large and is not loaded at the start. */
  load(): Promise<void>
  /** Null where the model is not known there. */
  ratesOf(provider: string | null, model: string, atMs: number): Rates | null
}
