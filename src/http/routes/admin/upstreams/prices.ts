/** Prices: the operator's own, which come before the published ones. */
import type { z } from '@hono/zod-openapi'
import { priceView } from '../../../../admin/contract.ts'
import type { ModelPrice } from '../../../../admin/store.ts'
import * as contract from '../contract/models.ts'
import { type AdminRoutes, actorOf, fieldsWithin, tag } from '../frame/operation.ts'
import type { AdminApiParts } from '../frame/parts.ts'

export function priceOperations({ on, parts }: AdminRoutes): void {
  const { prices } = parts.admin
  on(contract.listPrices, async (context) => {
    const { search, cursor, limit } = context.req.valid('query')
    const wanted = search?.toLowerCase() ?? ''
    const all = (await ownPrices(parts)).filter(({ model }) => model.toLowerCase().includes(wanted))
    // By name, so that a cursor stays right when prices are added.
    const rest = all.filter(({ model }) => cursor === undefined || model > cursor)
    const items = rest.slice(0, limit)
    const next = rest.length > limit ? (items.at(-1)?.model ?? null) : null
    return context.json({ items, next_cursor: next, total: all.length }, 200)
  })
  on(contract.setPrice, async (context) => {
    const { model } = context.req.valid('param')
    const price = await prices.set(actorOf(context), priceOf(model, context.req.valid('json')))
    tag(context, priceView(price), parts)
    return context.json({ ...priceView(price), source: 'own' as const }, 200)
  })
  on(contract.importPrices, async (context) => {
    const given = context.req.valid('json').prices
    const wanted = given.map(({ model, ...rates }) => priceOf(model, rates))
    await fieldsWithin('prices', () => prices.setAll(actorOf(context), wanted))
    return context.json({ imported: given.length }, 200)
  })
  on(contract.unsetPrice, async (context) => {
    await prices.unset(actorOf(context), context.req.valid('param').model)
    return context.body(null, 204)
  })
}

function priceOf(model: string, given: z.output<typeof contract.NewPrice>): ModelPrice {
  return {
    model,
    rates: {
      input: given.input_usd,
      output: given.output_usd,
      cached: given.cached_usd,
      reasoning: given.reasoning_usd,
      audioInput: given.audio_input_usd,
      audioOutput: given.audio_output_usd,
    },
  }
}

export async function ownPrices({ admin }: AdminApiParts) {
  const prices = (await admin.prices.list()).map((price) => ({
    ...priceView(price),
    source: 'own' as const,
  }))
  return prices.sort((one, other) => (one.model < other.model ? -1 : 1))
}
