/** The operator's own prices in SQL. */
import type { Kysely } from 'kysely'
import type { AdminStore, ModelPrice } from '../../../admin/store.ts'
import type { Rates } from '../../../usage/prices.ts'
import type { ModelPricesTable, Tables } from '../schema/schema.ts'

export function ratesIn(row: ModelPricesTable): ModelPrice['rates'] {
  return {
    input: row.input_usd,
    output: row.output_usd,
    cached: row.cached_usd,
    reasoning: row.reasoning_usd,
    audioInput: row.audio_input_usd,
    audioOutput: row.audio_output_usd,
  } satisfies Rates
}

export async function readPrices(db: Kysely<Tables>): Promise<ModelPrice[]> {
  const rows = await db.selectFrom('model_prices').selectAll().orderBy('model').execute()
  return rows.map((row) => ({ model: row.model, rates: ratesIn(row) }))
}

export function createPriceAdmin(
  db: Kysely<Tables>,
): Pick<AdminStore, 'listPrices' | 'setPrice' | 'unsetPrice'> {
  return {
    listPrices: () => readPrices(db),
    async setPrice({ model, rates }) {
      const columns = {
        input_usd: rates.input,
        output_usd: rates.output,
        cached_usd: rates.cached,
        reasoning_usd: rates.reasoning,
        audio_input_usd: rates.audioInput,
        audio_output_usd: rates.audioOutput,
      }
      await db
        .insertInto('model_prices')
        .values({ model, ...columns })
        .onConflict((conflict) => conflict.column('model').doUpdateSet(columns))
        .execute()
    },
    async unsetPrice(model) {
      const { numDeletedRows } = await db
        .deleteFrom('model_prices')
        .where('model', '=', model)
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
  }
}
