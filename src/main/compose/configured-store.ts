/** The store that the configuration names: the embedded file or PostgreSQL. */
import type { LeaseCalls } from '../../adapters/sql/change-watch.ts'
import { bringUpToDate, openUnmigrated, tablesIn } from '../../adapters/sql/sqlite/open-database.ts'
import { openSqliteStore, openThreadedStore, type Store } from '../../adapters/sql/store.ts'
import type { Migrations } from '../../cli/context.ts'
import type { Config } from '../../config.ts'
import type { Logger } from '../../core/logger.ts'
import { storePath } from '../commands/store-files.ts'
import { startLedgerThread, type TakesPort } from '../ledger/ledger-client.ts'
import type { LedgerConnection } from '../ledger/ledger-port.ts'
import { loadSoon, publishedPrices } from './published-prices.ts'
import { assertNotEmptied, assertStore } from './store-presence.ts'

/** Loaded on use: the driver would delay every command on the embedded store. */
const postgres = () => import('../../adapters/sql/postgres/open-postgres.ts')

/** A store that further threads can share. */
export interface SharableStore extends Store {
  /** Connects another thread to the embedded store; null with PostgreSQL, and for a command. */
  connectLedger: ((takesPort: TakesPort) => void) | null
}

/** A gateway passes its logger and retries what takes long; a command waits for it. */
export async function openConfiguredStore(
  config: Config,
  logger: Logger | undefined,
  leaseCalls?: LeaseCalls,
): Promise<SharableStore> {
  const prices = publishedPrices()
  const options = { logger, prices }
  const { database: address, databasePoolSize: poolSize } = config
  if (address === null) {
    const path = storePath(config)
    // A serving process must never wait for the file; a command has nothing else to do.
    if (logger === undefined)
      return { ...(await openSqliteStore({ ...options, path })), connectLedger: null }
    const ledger = startLedgerThread(path)
    // Migrates here, so that a failure is reported like that of any other command.
    await bringUpToDate(path)
    const store = await openThreadedStore(ledger, { logger, leaseCalls })
    return { ...store, connectLedger: ledger.connect }
  }
  const patience = logger === undefined ? 'command' : 'serving'
  const { openPostgresStore } = await postgres()
  if (patience === 'serving') loadSoon(prices.load)
  const share = Math.max(1, Math.ceil(poolSize / config.threads))
  const store = await openPostgresStore({
    ...{ ...options, address, patience },
    poolSize: patience === 'serving' ? share : poolSize,
  })
  return { ...store, connectLedger: null }
}

interface FrontStoreParts {
  logger: Logger
  leaseCalls: LeaseCalls
  ledger: LedgerConnection
}

/** For a further thread, once the first one has opened the store. */
export async function openFrontStore(
  config: Config,
  { logger, leaseCalls, ledger }: FrontStoreParts,
): Promise<Store> {
  if (config.database !== null) return openConfiguredStore(config, logger)
  const path = storePath(config)
  return openThreadedStore(ledger.open(path), { logger, leaseCalls })
}

/** The tables of the embedded store; empty for PostgreSQL, whose server manages its own files. */
export function tablesOf(config: Config): string[] {
  return config.database === null ? tablesIn(storePath(config)) : []
}

/** Without opening the store, because opening runs the migrations. */
export function migrationsOf(config: Config): Migrations {
  const { database } = config
  if (database !== null) {
    return {
      up: async () => (await postgres()).migratePostgres(database),
      status: async () => (await postgres()).postgresMigrations(database),
    }
  }
  const withSchema = async <T>(
    work: (opened: Awaited<ReturnType<typeof openUnmigrated>>) => Promise<T>,
  ): Promise<T> => {
    if (assertStore(config, 'refuse')) assertNotEmptied(config, tablesOf(config))
    const opened = await openUnmigrated(storePath(config))
    try {
      return await work(opened)
    } finally {
      await opened.db.destroy()
    }
  }
  return {
    up: () => withSchema(({ schema }) => schema.up()),
    status: () => withSchema(({ schema }) => schema.status()),
  }
}
