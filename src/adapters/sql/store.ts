/** The store's ports on an open database: the embedded SQLite file or PostgreSQL. */
import { Kysely } from 'kysely'
import type { ConsoleReads } from '../../admin/console-reads.ts'
import type { AdminStore } from '../../admin/store.ts'
import type { Logger } from '../../core/logger.ts'
import type { Examination } from '../../doctor/examination.ts'
import type { ObjectStore } from '../../passthrough/objects.ts'
import type { ResponseRows } from '../../passthrough/response-store.ts'
import type { QuotaLedger } from '../../quota/ledger.ts'
import type { KeyStore } from '../../upstreams/key-store.ts'
import type { ConsoleReports } from '../../usage/console-reports.ts'
import type { PriceCatalogue } from '../../usage/price-catalogue.ts'
import type { UsageStore } from '../../usage/store.ts'
import { createKeyStore } from './accounts/key-store.ts'
import { createAdminStore } from './admin-store.ts'
import { type ChangeWatch, type LeaseCalls, watchDataVersion } from './change-watch.ts'
import { createConsoleReads } from './console/console-reads.ts'
import { createConsoleReports } from './console/console-reports.ts'
import { createExamination } from './examination.ts'
import { createObjectStore } from './objects/object-store.ts'
import { createResponseRows } from './objects/response-rows.ts'
import type { TendPartitions } from './postgres/partitions/tend.ts'
import { createProblemLog } from './problem-log.ts'
import { createQuotaLedger } from './quota/quota-ledger.ts'
import type { Tables } from './schema/schema.ts'
import { type DialectWords, SQLITE } from './sql-dialect.ts'
import { openDatabase } from './sqlite/open-database.ts'
import { type ConnectionLock, type SqlThread, ThreadDialect } from './sqlite/thread-dialect.ts'
import { deleteRecordsBefore } from './usage/retention.ts'
import { createUsageStore } from './usage/usage-store.ts'

export interface Store extends KeyStore, UsageStore, AdminStore {
  quotas: QuotaLedger
  reads: ConsoleReads
  objects: ObjectStore
  responses: ResponseRows
  reports: ConsoleReports
  /** Deletes at most a few hundred of the oldest records before this time; returns how many. */
  deleteRecordsBefore(beforeMs: number): Promise<number>
  /** Creates partitions of the records and drops old ones; null if the database has none. */
  tendPartitions: TendPartitions | null
  examination: Examination
  /** Runs `work` in only one instance at a time among all that share the database. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface StoreOptions {
  /** Logs malformed rows. */
  logger?: Logger | undefined
  prices?: PriceCatalogue | undefined
}

interface OpenDatabase {
  db: Kysely<Tables>
  words: DialectWords
  watch: ChangeWatch
}

export async function openSqliteStore({
  path,
  ...options
}: StoreOptions & { path: string }): Promise<Store> {
  const db = await openDatabase(path)
  const watch = watchDataVersion(db)
  // The first call only sets the baseline, so that changes from now on show.
  await watch.changes()
  return storeOver({ db, words: SQLITE, watch }, options)
}

/**
 * The embedded store, at the current schema, on a connection in `thread`, which also stores the usage records. `leaseCalls`: if other threads
 * hold leases of the same quotas.
 */
export async function openThreadedStore(
  thread: SqlThread & UsageStore & { turns: ConnectionLock },
  { leaseCalls, ...options }: StoreOptions & { leaseCalls?: LeaseCalls | undefined },
): Promise<Store> {
  const db = new Kysely<Tables>({ dialect: new ThreadDialect(thread, thread.turns) })
  const watch = watchDataVersion(db, leaseCalls)
  await watch.changes()
  return { ...storeOver({ db, words: SQLITE, watch }, options), settle: thread.settle }
}

export function storeOver(
  { db, words, watch }: OpenDatabase,
  { logger, prices }: StoreOptions,
): Store {
  return {
    ...createKeyStore({
      db,
      watch,
      reportAccounts: createProblemLog(logger),
      reportUpstreamKeys: createProblemLog(logger),
    }),
    ...createUsageStore({ db, runBulk: words.runBulk, catalogue: prices ?? null }),
    quotas: createQuotaLedger(db, watch),
    reads: createConsoleReads(db),
    objects: createObjectStore(db),
    responses: createResponseRows(db),
    reports: createConsoleReports(db, words, prices ?? null),
    deleteRecordsBefore: (beforeMs) => deleteRecordsBefore(db, beforeMs, words),
    tendPartitions: null,
    examination: createExamination(db),
    ...createAdminStore(db, words, { report: createProblemLog(logger), prices: prices ?? null }),
    // The process lock of the data folder ensures that no other process uses the file.
    exclusively: (work) => work(),
    async close() {
      await watch.close()
      await db.destroy()
    },
  }
}
