/** How a connection to PostgreSQL is made: address, TLS, time limits, and how far it came where it fails. */
import { readFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { type Client, type ClientConfig, types } from 'pg'
import type { DatabaseAddress } from '../../../core/database-address.ts'
import { StoreError } from '../store-error.ts'

/** What the server may take for a statement: a gateway tries again, a person's report may take its time. */
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
/** A server that ends its statements in time has this long to say so. */
const ANSWER_MS = 2_000
/** Of a gateway that is stopped in the middle, no row stays locked for longer. */
const IDLE_IN_TRANSACTION_MS = 15_000

/** How far a connection came. */
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
    // An empty one instead of none keeps the driver from looking into variables and files of its own.
    password: address.password ?? '',
    database: address.database,
    ssl: tlsOf(address),
    application_name: program,
    // Compiling a statement takes longer than any of ours runs without.
    options: '-c jit=off',
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

/** Some failures the driver only tells as an event, and never answers then. */
export async function connect(client: Client): Promise<void> {
  const told = Promise.withResolvers<never>()
  told.promise.catch(() => {})
  client.on('error', told.reject)
  await Promise.race([client.connect(), told.promise])
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
/** What PostgreSQL makes of a sum of bigints. */
const NUMERIC = 1700

/** Numbers as SQLite gives them; what is too large to be exact is refused where rows are read. */
const parserOf = ((oid: number, format?: 'text' | 'binary') =>
  oid === BIGINT || oid === NUMERIC
    ? Number
    : types.getTypeParser(oid, format as 'text')) as typeof types.getTypeParser
