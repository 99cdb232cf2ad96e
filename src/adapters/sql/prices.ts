/** Prices records as they are stored: by the operator's own prices first, then by the published ones. */
import type { Kysely } from 'kysely'
import { costUsd, type Rates } from '../../core/prices.ts'
import type { UsageRecord } from '../../core/usage-record.ts'
import type { PriceCatalogue } from '../../ports/price-catalogue.ts'
import type { ModelPricesTable, Tables } from './schema.ts'

export async function priced(
  db: Kysely<Tables>,
  catalogue: PriceCatalogue | null,
  records: readonly UsageRecord[],
): Promise<readonly UsageRecord[]> {
  if (records.every((record) => record.costUsd !== null)) return records
  const own = new Map(
    (await db.selectFrom('model_prices').selectAll().execute()).map((row) => [
      row.model,
      ratesIn(row),
    ]),
  )
  await catalogue?.load()
  return records.map((record) => {
    if (record.costUsd !== null) return record
    const rates = ownRates(own, record) ?? publishedRates(catalogue, record)
    return rates === null ? record : { ...record, costUsd: costUsd(record, rates) }
  })
}

function ratesIn(row: ModelPricesTable): Rates {
  return {
    input: row.input_usd,
    output: row.output_usd,
    cached: row.cached_usd,
    reasoning: row.reasoning_usd,
    audioInput: row.audio_input_usd,
    audioOutput: row.audio_output_usd,
  }
}

/** By the name the client used, else by the upstream's own. */
function ownRates(own: ReadonlyMap<string, Rates>, record: UsageRecord): Rates | null {
  return own.get(record.model) ?? own.get(record.upstreamModel ?? '') ?? null
}

/**
 * Elsewhere than at Azure the upstream's name is the model that answered; there it is a deployment,
 * which may be called anything, so the client's name comes first.
 */
function publishedRates(catalogue: PriceCatalogue | null, record: UsageRecord): Rates | null {
  if (catalogue === null || record.provider === null) return null
  const { provider, model, startedAtMs } = record
  const upstreamModel = record.upstreamModel ?? model
  const names = provider === 'azure' ? [model, upstreamModel] : [upstreamModel]
  for (const name of names) {
    const rates = catalogue.ratesOf(provider, name, startedAtMs)
    if (rates !== null) return rates
  }
  return null
}
