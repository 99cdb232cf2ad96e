/** The embedded store: one SQLite file behind the store's ports. */
import type { AdminStore } from '../../ports/admin-store.ts'
import type { KeyStore } from '../../ports/key-store.ts'
import type { Logger } from '../../ports/logger.ts'
import type { PriceCatalogue } from '../../ports/price-catalogue.ts'
import type { QuotaLedger } from '../../ports/quota-ledger.ts'
import type { UsageStore } from '../../ports/usage-store.ts'
import { createAdminStore } from './admin-store.ts'
import { runBulkOnSqlite } from './bulk-statement.ts'
import { createKeyStore } from './key-store.ts'
import { openDatabase } from './open-database.ts'
import { createProblemLog } from './problem-log.ts'
import { createQuotaLedger } from './quota-ledger.ts'
import { createUsageStore } from './usage-store.ts'

export interface Store extends KeyStore, UsageStore, AdminStore {
  quotas: QuotaLedger
  close(): Promise<void>
}

export interface StoreOptions {
  path: string
  /** Hears of malformed rows. */
  logger?: Logger
  prices?: PriceCatalogue
}

export async function openSqliteStore({ path, logger, prices }: StoreOptions): Promise<Store> {
  const db = await openDatabase(path)
  const keyStore = createKeyStore(db, createProblemLog(logger))
  // The first call only notes where it stands: what changes from now on shows.
  await keyStore.changedSinceLastCall()
  return {
    ...keyStore,
    ...createUsageStore({ db, runBulk: runBulkOnSqlite, catalogue: prices ?? null }),
    quotas: createQuotaLedger(db),
    ...createAdminStore(db, createProblemLog(logger)),
    close: () => db.destroy(),
  }
}
