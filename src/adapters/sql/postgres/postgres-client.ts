/** Connects to PostgreSQL: address, TLS, timeouts, and how far a failed connection got. */
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { type Client, type ClientConfig, types } from 'pg'
import type { DatabaseAddress } from '../../../core/text/database-address.ts'
import { StoreError } from '../store-error.ts'

/** Statement time limits: a gateway retries, a report for a person may take longer. */
export type Patience = 'serving' | 'command' | 'migration'

interface TimeLimits {
  statementMs: number
  lockMs: number
}

const TIME_LIMITS: Readonly<Record<Patience, TimeLimits>> = {
  serving: { statementMs: 10_000, lockMs: 5_000 },
  command: { statementMs: 600_000, lockMs: 30_000 },
  migration: { statementMs: 0, lockMs: 60_000 },
}
export const CONNECT_MS = 5_000
/** Extra time for a server that ends its statements on time to report it. */
const ANSWER_MS = 2_000
/** How long a gateway that stops midway can keep rows locked. */
const IDLE_IN_TRANSACTION_MS = 15_000

/** How far a connection got. */
export interface Progress {
  connected: boolean
}

export function clientConfig(
  address: DatabaseAddress,
  patience: Patience,
  program: string,
  progress: Progress = { connected: false },
): ClientConfig {
  const { statementMs, lockMs } = TIME_LIMITS[patience]
  return {
    host: address.host,
    port: address.port,
    user: address.user,
    // An empty password keeps the driver from reading environment variables and password files.
    password: address.password ?? '',
    database: address.database,
    ssl: tlsOf(address),
    application_name: program,
    options: optionsOf(patience),
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: statementMs,
    lock_timeout: lockMs,
    ...(statementMs > 0 && { query_timeout: statementMs + ANSWER_MS }),
    idle_in_transaction_session_timeout: patience === 'migration' ? 0 : IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser: parserOf },
    stream: () => {
      const socket = new Socket()
      socket.once('connect', () => {
        progress.connected = true
      })
      return socket
    },
  }
}

function optionsOf(patience: Patience): string {
  // JIT compilation takes longer than any of our statements runs without it.
  const always = '-c jit=off'
  // The driver leaves a 0 out. A limit that an operator set for the role or the database would end a long migration.
  return patience === 'migration'
    ? `${always} -c statement_timeout=0 -c idle_in_transaction_session_timeout=0`
    : always
}

/** The driver reports some failures only as an event and then never answers. */
export async function connectPostgres(client: Client): Promise<void> {
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => {})
  client.on('error', failed.reject)
  await Promise.race([client.connect(), failed.promise])
}

function tlsOf({ sslMode, sslRootCert }: DatabaseAddress): ClientConfig['ssl'] {
  if (sslMode === 'disable') return false
  if (sslMode === 'require') return { rejectUnauthorized: false }
  return {
    rejectUnauthorized: true,
    ...(sslRootCert !== null && { ca: certificates(sslRootCert) }),
    ...(sslMode === 'verify-ca' && { checkServerIdentity: () => undefined }),
  }
}

function certificates(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as { code?: string }
    throw new StoreError(
      `PostgreSQL (TLS): sslrootcert names ${path}, which can't be read (${code ?? 'unknown'})`,
      'give the path of a file that this user may read',
    )
  }
}

const BIGINT = 20
/** The type of a sum of bigints in PostgreSQL. */
const NUMERIC = 1700

/** Returns numbers, as SQLite does; those too large to be exact are rejected when rows are read. */
const parserOf = ((oid: number, format?: 'text' | 'binary') =>
  oid === BIGINT || oid === NUMERIC
    ? Number
    : types.getTypeParser(oid, format as 'text')) as typeof types.getTypeParser
