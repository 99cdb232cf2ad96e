/** Prices of models at upstream keys, as the routing knows them. */
import type { UpstreamKey } from '../core/entities.ts'
import type { PublishedModel } from './price-catalogue.ts'
import type { Rates } from './prices.ts'

export interface ModelPrices {
  /**
   * The operator's price for the model as clients call it, or as the upstream does; else the published one. Null if
   * there is none. A model with several targets has no price of its own: only the upstream's name decides then.
   */
  ratesOf(key: UpstreamKey, upstreamModel: string, name: string): Rates | null
  /** What is published of the model at this key; null if nothing is, or before `load`. */
  publishedOf(key: UpstreamKey, upstreamModel: string): PublishedModel | null
  /** Loads what is published; rejects if that can't be read now. */
  load(): Promise<void>
}
