/** The operator's own prices, which come before the published ones. */

import { checkedModels } from './checks.ts'
import { type AdminDependencies, audited } from './dependencies.ts'
import { AdminError } from './errors.ts'
import type { ModelPrice } from './store.ts'

export function createPrices(dependencies: AdminDependencies) {
  const { store } = dependencies
  const audit = audited(dependencies)
  return {
    list: (): Promise<ModelPrice[]> => store.listPrices(),
    /** Holds for requests that are stored from now on. */
    async set(price: ModelPrice): Promise<ModelPrice> {
      checkedModels([price.model])
      if (price.model.endsWith('*'))
        throw new AdminError('invalid', 'a price is for one model', 'Give its whole name')
      await store.setPrice(price)
      await audit('price.set', `model:${price.model}`)
      return price
    },
    async unset(model: string): Promise<void> {
      if (!(await store.unsetPrice(model)))
        throw new AdminError(
          'not_found',
          'no price of your own is set for this model',
          'See those that are with: gpt-proxy price list',
        )
      await audit('price.unset', `model:${model}`)
    },
  }
}
