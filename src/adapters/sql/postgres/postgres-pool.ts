/** Connections for Kysely: explains their errors and discards those that are lost or hang. */
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import { Pool, type PoolClient } from 'pg'
import type { DatabaseAddress } from '../../../core/text/database-address.ts'
import { CONNECT_MS, clientConfig, type Patience } from './postgres-client.ts'
import { endsConnection, explainPostgresError } from './postgres-error.ts'

interface PoolOptions {
  address: DatabaseAddress
  size: number
  patience: Patience
  program: string
}

export function createPool({ address, size, patience, program }: PoolOptions): PostgresPool {
  const pool = new Pool({
    ...clientConfig(address, patience, program),
    max: size,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 30_000,
  })
  // Losing an idle connection is not an error: the next caller opens a new one.
  pool.on('error', () => {})
  // While a client is in use the pool does not listen: a connection that is lost between two statements of a
  // transaction would end the process. The next statement fails instead.
  pool.on('connect', (client) => {
    client.on('error', () => {})
  })
  return {
    async connect() {
      try {
        const client = await pool.connect()
        return guarded(client, address, (broken) => client.release(broken))
      } catch (error) {
        throw explainPostgresError(error, address)
      }
    },
    end: () => pool.end(),
  }
}

type Query = Pick<PoolClient, 'query'>

/**
 * A statement that timed out may still be answered, so its connection must not be reused; anything else sent on
 * it meanwhile, such as the end of its transaction, fails immediately.
 */
export function guarded(
  client: Query,
  address: DatabaseAddress,
  release: (broken: boolean) => void,
): PostgresPoolClient {
  let lost: { cause: unknown } | null = null
  const query = async (text: string, parameters: readonly unknown[]): Promise<never> => {
    if (lost !== null) throw lost.cause
    try {
      return (await client.query(text, [...parameters])) as never
    } catch (error) {
      const explained = explainPostgresError(error, address)
      if (endsConnection(error)) lost = { cause: explained }
      throw explained
    }
  }
  return {
    query: query as unknown as PostgresPoolClient['query'],
    release: () => release(lost !== null),
  }
}
