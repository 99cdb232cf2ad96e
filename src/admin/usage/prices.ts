/** The operator's own prices, which override the published ones. */
import type { Actor, MakeChange } from '../changes.ts'
import { checkedModels } from '../checks.ts'
import { priceView } from '../contract.ts'
import type { AdminDependencies } from '../dependencies.ts'
import { adminError } from '../errors.ts'
import type { AdminStore, ModelPrice } from '../store.ts'

export function createPrices({ store }: AdminDependencies, change: MakeChange) {
  /** Applies to requests stored from now on. Sets all prices or none. */
  const setAll = (actor: Actor, prices: readonly ModelPrice[]): Promise<void> => {
    for (const { model } of prices) checkModel(model)
    return change(actor, async (step, record) => {
      const before = await pricesByModel(step)
      for (const price of prices) {
        await step.setPrice(price)
        await record('price.set', `model:${price.model}`, {
          before: before.get(price.model) ?? null,
          after: priceView(price),
        })
      }
    })
  }

  return {
    list: (): Promise<ModelPrice[]> => store.listPrices(),
    setAll,
    async set(actor: Actor, price: ModelPrice): Promise<ModelPrice> {
      await setAll(actor, [price])
      return price
    },
    unset: (actor: Actor, model: string): Promise<void> =>
      change(actor, async (step, record) => {
        const before = (await pricesByModel(step)).get(model)
        if (!(await step.unsetPrice(model))) throw adminError('price_not_found', { model })
        await record('price.unset', `model:${model}`, { before: before ?? null })
      }),
  }
}

function checkModel(model: string): void {
  checkedModels([model], 'model')
  if (model.endsWith('*')) throw adminError('price_pattern')
}

async function pricesByModel(step: AdminStore) {
  const prices = await step.listPrices()
  return new Map(prices.map((price) => [price.model, priceView(price)]))
}
