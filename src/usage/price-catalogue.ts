/** Published prices of models. */
import type { Rates } from './prices.ts'

/** The upstream that answered. */
export interface PriceSource {
  /** The vendor whose prices apply; null: the vendor at the address, otherwise the model's maker. */
  vendor: string | null
  /** Null if the upstream no longer exists. */
  baseUrl: string | null
}

/** What is published of a model. */
export interface PublishedModel {
  /** As people write it. */
  name: string | null
  /** Whose prices these are, e.g. `openai`. */
  owner: string
  /** In tokens; null: unknown. */
  contextWindow: number | null
  /** Null if it is not billed per token. */
  rates: Rates | null
}

export interface PriceCatalogue {
  /** Await once before the first lookup: the list is large and not loaded at startup. */
  load(): Promise<void>
  /** Null if the catalogue does not know the model. Not remembered: one lookup takes a fraction of a millisecond. */
  publishedOf(source: PriceSource, model: string, atMs: number): PublishedModel | null
  /** Null if the catalogue does not know the model. */
  ratesOf(source: PriceSource, model: string, atMs: number): Rates | null
}
