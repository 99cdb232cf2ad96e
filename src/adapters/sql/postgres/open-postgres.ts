/** Opens the store on PostgreSQL and migrates it, whichever instance gets there first. */
import { Kysely, PostgresDialect } from 'kysely'
import type { DatabaseAddress } from '../../../core/text/database-address.ts'
import { withTimeout } from '../../../core/time/with-timeout.ts'
import type { MigrationState } from '../schema/migrate.ts'
import type { Tables } from '../schema/schema.ts'
import { POSTGRES } from '../sql-dialect.ts'
import { type Store, type StoreOptions, storeOver } from '../store.ts'
import { listenForChanges } from './change-notices.ts'
import { tendingOf } from './partitions/tend.ts'
import type { Patience } from './postgres-client.ts'
import { connected, exclusively, migrate, schemaOver } from './postgres-lock.ts'
import { createPool } from './postgres-pool.ts'

/** A server that hangs counts as unreachable. */
const PING_MS = 2_000
const SILENT = 'PostgreSQL stays silent'
/** Connections to a hung server are closed when the process ends. */
const CLOSE_MS = 2_000

interface PostgresOptions extends StoreOptions {
  address: DatabaseAddress
  poolSize: number
  patience: Patience
}

export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { address, poolSize, patience, logger } = options
  await migrate(address)
  const program = `gpt-proxy ${patience} ${Bun.randomUUIDv7().slice(-12)}`
  const pool = createPool({ address, size: poolSize, patience, program })
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const watch = listenForChanges({ address, program, logger })
  const store = storeOver({ db, words: POSTGRES, watch }, options)
  const ping = shared(() => store.ping())
  return {
    ...store,
    ping: () => withTimeout(ping(), PING_MS, SILENT),
    tendPartitions: tendingOf(address, program),
    exclusively: (work) => exclusively(address, work),
    close: () => withTimeout(store.close(), CLOSE_MS, SILENT).catch(() => {}),
  }
}

export function migratePostgres(address: DatabaseAddress): Promise<string[]> {
  return migrate(address)
}

export function postgresMigrations(address: DatabaseAddress): Promise<MigrationState[]> {
  return connected(address, (client) => schemaOver(client, address).status())
}

/** Concurrent callers share one answer. */
function shared(ask: () => Promise<void>): () => Promise<void> {
  let asking: Promise<void> | null = null
  return () => {
    asking ??= ask().finally(() => {
      asking = null
    })
    return asking
  }
}
