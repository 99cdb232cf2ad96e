/** Prices records as they are stored: by the operator's prices first, then by published ones. */
import type { Kysely } from 'kysely'
import { PROVIDER_FACTS, type ProviderFacts } from '../../../core/providers/providers.ts'
import type { TokenUsage } from '../../../core/token-usage.ts'
import { toolCostUsd } from '../../../passthrough/unit-prices.ts'
import type { PriceCatalogue, PriceSource } from '../../../usage/price-catalogue.ts'
import {
  type CostPart,
  costParts,
  costUsd,
  outputCostUsd,
  type Rates,
} from '../../../usage/prices.ts'
import type { AttemptUse, UsageRecord } from '../../../usage/record.ts'
import type { Tables } from '../schema/schema.ts'
import { ratesIn } from './price-rows.ts'

/** Base URLs of upstream keys by id. */
type Addresses = ReadonlyMap<number, string>

export async function priced(
  db: Kysely<Tables>,
  catalogue: PriceCatalogue | null,
  records: readonly UsageRecord[],
): Promise<readonly UsageRecord[]> {
  if (records.every((record) => record.costUsd !== null)) return records
  const uses = records.flatMap((record) => usesOf(record).map(({ priced }) => priced))
  const ratesOf = await ratesFor(db, catalogue, [...records, ...uses])
  return records.map((record) => {
    if (record.costUsd !== null || paidByNoToken(record)) return record
    const costUsd = withTools(record, costOf(record, ratesOf))
    return withPricedAttempts({ ...record, costUsd }, ratesOf)
  })
}

type RatesOf = (record: Priced) => Rates | null

/** Null if its price, or that of a part of it, is unknown. */
function costOf(record: UsageRecord, ratesOf: RatesOf): number | null {
  const parts = usesOf(record).filter(({ used }) => used.charged !== 'nothing')
  if (parts.length === 0) {
    const rates = ratesOf(record)
    return rates === null ? null : costUsd(record, rates) * shareOf(record)
  }
  let sum = 0
  for (const { used, priced } of parts) {
    const rates = ratesOf(priced)
    if (rates === null) return null
    sum += used.charged === 'output' ? outputCostUsd(used, rates) : costUsd(used, rates)
  }
  return sum
}

/** Searches and the like cost something besides the tokens. Null if the price of either is unknown. */
function withTools(record: UsageRecord, cost: number | null): number | null {
  const { attempts, provider, upstreamModel, model } = record
  const tools = attempts.flatMap(({ units = [] }) => units)
  if (cost === null || tools.length === 0) return cost
  const more = toolCostUsd(provider, upstreamModel ?? model, tools)
  return more === null ? null : cost + more
}

/** What several upstreams took for one request, each at its own prices. */
function usesOf(record: UsageRecord): { used: AttemptUse; priced: Priced }[] {
  return record.attempts.flatMap(({ used, upstreamKeyId }) => {
    if (used === undefined) return []
    const { model: upstreamModel, provider } = used
    return [{ used, priced: { ...record, upstreamModel, provider, upstreamKeyId } }]
  })
}

function withPricedAttempts(record: UsageRecord, ratesOf: RatesOf): UsageRecord {
  const uses = usesOf(record)
  if (uses.length === 0) return record
  const attempts = record.attempts.map((attempt) => {
    const use = uses.find(({ used }) => used === attempt.used)
    const rates = use === undefined ? null : ratesOf(use.priced)
    if (use === undefined || rates === null) return attempt
    return { ...attempt, used: { ...use.used, costUsd: costUsd(use.used, rates) } }
  })
  return { ...record, attempts }
}

/** What determines the price of a record. */
type Priced = Pick<
  UsageRecord,
  'model' | 'upstreamModel' | 'upstreamKeyId' | 'provider' | 'outcome' | 'endpoint' | 'startedAtMs'
>

/** The rates as they are now, for any of these records; null if no price is known. */
async function ratesFor(
  db: Kysely<Tables>,
  catalogue: PriceCatalogue | null,
  records: readonly Priced[],
): Promise<(record: Priced) => Rates | null> {
  const rows = await db.selectFrom('model_prices').selectAll().execute()
  const own = new Map(rows.map((row) => [row.model, ratesIn(row)]))
  // The built-in demo has no key and no price, so trying it out does not load the list.
  if (records.some((record) => record.upstreamKeyId !== null || isLost(record)))
    await catalogue?.load()
  const addresses = await addressesFor(db, records)
  return (record) => ownRates(own, record) ?? publishedRates(catalogue, record, addresses)
}

/** Rounding aside, what the kinds cost together is what was charged. */
const SAME_COST = 1e-9

/**
 * How the stored cost of a record came about. Empty if it can no longer be known, because prices have changed since
 * or the vendor charged by something else than tokens.
 */
export async function costPartsOf(
  db: Kysely<Tables>,
  catalogue: PriceCatalogue | null,
  record: Priced & TokenUsage & Pick<UsageRecord, 'costUsd'>,
): Promise<readonly CostPart[]> {
  if (record.costUsd === null) return []
  const rates = (await ratesFor(db, catalogue, [record]))(record)
  if (rates === null) return []
  const share = shareOf(record)
  const parts = costParts(record, rates)
    .filter(({ tokens }) => tokens > 0)
    .map((part) => ({ ...part, perMillion: part.perMillion * share }))
  const sum = parts.reduce((usd, { tokens, perMillion }) => usd + (tokens * perMillion) / 1e6, 0)
  return Math.abs(sum - record.costUsd) <= SAME_COST ? parts : []
}

/** Vendors charge half the price for batches (OpenAI, Azure, Anthropic, Google; November 2026). */
const BATCH_SHARE = 0.5
const BATCHES = 'batches'

function shareOf({ endpoint }: Priced): number {
  return endpoint === BATCHES ? BATCH_SHARE : 1
}

/** An answer that reported no tokens, or the part of one that came, is not free: its price is unknown. */
function paidByNoToken(record: UsageRecord): boolean {
  const { outcome, firstTokenMs, totalTokens, upstreamKeyId } = record
  const isAnswer = outcome === 'ok' || firstTokenMs !== null
  return isAnswer && totalTokens === 0 && upstreamKeyId !== null
}

/** Only for compatible upstreams does the address determine whose prices apply. */
async function addressesFor(db: Kysely<Tables>, records: readonly Priced[]): Promise<Addresses> {
  if (!records.some(({ provider }) => factsOf(provider)?.prices === 'by_address')) return new Map()
  const rows = await db.selectFrom('upstream_keys').select(['id', 'base_url']).execute()
  return new Map(rows.map(({ id, base_url }) => [id, base_url]))
}

/** By the name the client used, then by the upstream's name. */
function ownRates(own: ReadonlyMap<string, Rates>, record: Priced): Rates | null {
  return own.get(record.model) ?? own.get(record.upstreamModel ?? '') ?? null
}

/**
 * Except on Azure, the upstream's name is the model that answered; on Azure it is a deployment with an arbitrary
 * name, so the client's name comes first.
 */
function publishedRates(
  catalogue: PriceCatalogue | null,
  record: Priced,
  addresses: Addresses,
): Rates | null {
  const source = sourceOf(record, addresses)
  if (catalogue === null || source === null) return null
  const upstreamModel = record.upstreamModel ?? record.model
  const isDeployment = factsOf(record.provider)?.namesAreDeployments === true
  const names = isDeployment ? [record.model, upstreamModel] : [upstreamModel]
  for (const name of names) {
    const rates = catalogue.ratesOf(source, name, record.startedAtMs)
    if (rates !== null) return rates
  }
  return null
}

/** It is unknown which upstream a lost request reached, so only its model can determine the cost. */
const ANYWHERE: PriceSource = { vendor: null, baseUrl: null }

function sourceOf(record: Priced, addresses: Addresses): PriceSource | null {
  const { provider, upstreamKeyId } = record
  if (isLost(record)) return ANYWHERE
  if (provider === null || upstreamKeyId === null) return null
  const facts = factsOf(provider)
  if (facts?.prices === 'none') return null
  const vendor = facts?.prices === 'own' ? provider : null
  return { vendor, baseUrl: addresses.get(upstreamKeyId) ?? null }
}

function isLost({ outcome }: Pick<Priced, 'outcome'>): boolean {
  return outcome === 'lost'
}

/** Null for a provider of an older or newer version. */
function factsOf(provider: string | null): ProviderFacts | null {
  if (provider === null || !Object.hasOwn(PROVIDER_FACTS, provider)) return null
  return PROVIDER_FACTS[provider as keyof typeof PROVIDER_FACTS]
}
