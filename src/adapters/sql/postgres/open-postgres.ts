/** Opens the store on PostgreSQL: at the newest schema, whichever of several instances gets there first. */
import { Kysely, PostgresDialect } from 'kysely'
import type { DatabaseAddress } from '../../../core/database-address.ts'
import type { MigrationState } from '../schema/migrate.ts'
import type { Tables } from '../schema/schema.ts'
import { POSTGRES } from '../sql-dialect.ts'
import { type Store, type StoreOptions, storeOver } from '../store.ts'
import { listenForChanges } from './change-notices.ts'
import type { Patience } from './postgres-client.ts'
import { connected, exclusively, migrate, schemaOver } from './postgres-lock.ts'
import { createPool } from './postgres-pool.ts'

/** A server that hangs is away, too. */
const PING_MS = 2_000
/** What a server that hangs leaves open is closed by the end of the process. */
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
    ping: () => inTime(PING_MS, ping()),
    exclusively: (work) => exclusively(address, work),
    close: () => inTime(CLOSE_MS, store.close()).catch(() => {}),
  }
}

export function migratePostgres(address: DatabaseAddress): Promise<string[]> {
  return migrate(address)
}

export function postgresMigrations(address: DatabaseAddress): Promise<MigrationState[]> {
  return connected(address, (client) => schemaOver(client, address).status())
}

/** All who ask while it is asked share one answer. */
function shared(ask: () => Promise<void>): () => Promise<void> {
  let asking: Promise<void> | null = null
  return () => {
    asking ??= ask().finally(() => {
      asking = null
    })
    return asking
  }
}

async function inTime(ms: number, work: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('PostgreSQL stays silent')), ms)
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
