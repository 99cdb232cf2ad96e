/** Stores and prices usage records on the thread's own connection. */
import type { Database } from 'bun:sqlite'
import { createPriceCatalogue } from '../../adapters/prices/genai-prices.ts'
import { ledgerOn } from '../../adapters/sql/sqlite/ledger-on.ts'
import type { UsageStore } from '../../usage/store.ts'

export function openThreadLedger(
  database: Database,
  path: string,
  publishedPrices: boolean,
): UsageStore {
  return ledgerOn(database, path, publishedPrices ? createPriceCatalogue() : null)
}
