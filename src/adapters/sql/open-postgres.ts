/** Opens the store on PostgreSQL: at the newest schema, whichever of several instances gets there first. */
import { Kysely, PostgresDialect } from 'kysely'
import type { DatabaseAddress } from '../../core/database-address.ts'
import { listenForChanges } from './change-notices.ts'
import { POSTGRES } from './dialect-words.ts'
import type { MigrationState } from './migrate.ts'
import type { Patience } from './postgres-client.ts'
import { connected, exclusively, migrate, schemaOver } from './postgres-lock.ts'
import { createPool } from './postgres-pool.ts'
import type { Tables } from './schema.ts'
import { type Store, type StoreOptions, storeOver } from './store.ts'

/** A server that hangs is away, too. */
const PING_MS = 2_000

interface PostgresOptions extends StoreOptions {
  address: DatabaseAddress
  poolSize: number
  patience: Patience
}

export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const { address, poolSize, patience, logger } = options
  await migrate(address)
  const program = `gpt-proxy ${Bun.randomUUIDv7().slice(-12)}`
  const pool = createPool({ address, size: poolSize, patience, program })
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const watch = listenForChanges({ address, program, logger })
  const store = storeOver({ db, words: POSTGRES, watch }, options)
  return {
    ...store,
    ping: inTime(() => store.ping()),
    exclusively: (work) => exclusively(address, work),
  }
}

export function migratePostgres(address: DatabaseAddress): Promise<string[]> {
  return migrate(address)
}

export function postgresMigrations(address: DatabaseAddress): Promise<MigrationState[]> {
  return connected(address, (client) => schemaOver(client, address).status())
}

/** All who ask while it is asked share one answer. */
function inTime(ask: () => Promise<void>): () => Promise<void> {
  let asking: Promise<void> | null = null
  return async () => {
    asking ??= ask().finally(() => {
      asking = null
    })
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error('PostgreSQL stays silent')), PING_MS)
    try {
      await Promise.race([asking, late])
    } finally {
      clearTimeout(timer)
    }
  }
}
