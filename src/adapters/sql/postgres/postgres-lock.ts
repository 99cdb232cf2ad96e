/** A lock for what only one instance may do at a time: migrations, and the first start. */
import { Kysely, PostgresDialect } from 'kysely'
import { Client } from 'pg'
import type { DatabaseAddress } from '../../../core/text/database-address.ts'
import { type SchemaMigrations, schemaOf } from '../schema/migrate.ts'
import type { Tables } from '../schema/schema.ts'
import { POSTGRES } from '../sql-dialect.ts'
import { StoreError } from '../store-error.ts'
import { clientConfig, connectPostgres, type Progress } from './postgres-client.ts'
import { addressText, explainPostgresError } from './postgres-error.ts'
import { guarded } from './postgres-pool.ts'

/** Any number works, as long as nothing else in this database uses it. */
const LOCK = 7_246_893_150_418

/** Holds the lock while `work` runs; the server releases it if this process dies. */
export async function exclusively<T>(address: DatabaseAddress, work: () => Promise<T>): Promise<T> {
  return connected(address, async (client) => {
    await lock(client, address)
    return work()
  })
}

async function lock(client: Client, address: DatabaseAddress): Promise<void> {
  try {
    await client.query(`select pg_advisory_lock(${LOCK})`)
  } catch (error) {
    throw explainPostgresError(error, address)
  }
}

/** Opens a separate connection, whose failures report how far it got. */
export async function connected<T>(
  address: DatabaseAddress,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const progress: Progress = { connected: false }
  const client = new Client(clientConfig(address, 'migration', 'gpt-proxy migration', progress))
  try {
    await connectPostgres(client)
  } catch (error) {
    client.end().catch(() => {})
    throw explainPostgresError(error, address, progress)
  }
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The schema over one connection, without statement timeouts. */
export function schemaOver(client: Client, address: DatabaseAddress): SchemaMigrations {
  return databaseOver(client, address).schema
}

export function databaseOver(
  client: Client,
  address: DatabaseAddress,
): { db: Kysely<Tables>; schema: SchemaMigrations } {
  const pool = {
    connect: () => Promise.resolve(guarded(client, address, () => {})),
    end: () => Promise.resolve(),
  }
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  return { db, schema: schemaOf(db, POSTGRES, addressText(address)) }
}

/** If nothing is missing, this needs neither a lock nor the right to change the schema. */
export function migrate(address: DatabaseAddress): Promise<string[]> {
  return connected(address, async (client) => {
    const schema = schemaOver(client, address)
    await schema.refuseNewer()
    const missing = (await schema.status()).filter(({ executedAt }) => executedAt === null)
    if (missing.length === 0) return []
    await lock(client, address)
    return migrated(schema, address)
  })
}

async function migrated(schema: SchemaMigrations, address: DatabaseAddress): Promise<string[]> {
  try {
    return await schema.up()
  } catch (error) {
    const explained = explainPostgresError(error, address)
    if (explained instanceof StoreError) throw explained
    throw new StoreError(
      `${addressText(address)}: migration: ${error instanceof Error ? error.message : String(error)}`,
      'nothing was changed; fix the reported problem, then start again',
      { cause: error },
    )
  }
}
