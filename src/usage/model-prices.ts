/** Prices of models at upstream keys, as the routing knows them. */
import type { UpstreamKey } from '../core/entities.ts'
import type { Rates } from './prices.ts'

export interface ModelPrices {
  /**
   * The operator's price for the model as clients call it, or as the upstream does; else the published one. Null if
   * there is none. A model with several targets has no price of its own: only the upstream's name decides then.
   */
  ratesOf(key: UpstreamKey, upstreamModel: string, name: string): Rates | null
}
