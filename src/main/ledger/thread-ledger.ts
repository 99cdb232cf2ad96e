/** Stores and prices usage records on the thread's own connection. */
import type { Database } from 'bun:sqlite'
import { ledgerOn } from '../../adapters/sql/sqlite/ledger-on.ts'
import type { UsageStore } from '../../usage/store.ts'
import { publishedPrices } from '../compose/published-prices.ts'

export function openThreadLedger(
  database: Database,
  path: string,
  withPublishedPrices: boolean,
): UsageStore {
  const prices = withPublishedPrices ? publishedPrices() : null
  // A failure shows when records are priced.
  prices?.load().catch(() => {})
  return ledgerOn(database, path, prices)
}
