/** Explains PostgreSQL failures: the step that failed and the remedy. Never contains a password. */
import { DatabaseError } from 'pg'
import { STORE_CHANGES } from '../../../core/operator-error.ts'
import type { DatabaseAddress } from '../../../core/text/database-address.ts'
import { alreadyThere, notStorable, StoreError } from '../store-error.ts'
import { PAST_BOUND } from './partitions/weeks.ts'
import type { Progress } from './postgres-client.ts'

type Explanation = readonly [code: RegExp, step: string, what: string, remedy: string]

const ADDRESS = 'correct the host and port in DATABASE_URL or POSTGRES_HOST and POSTGRES_PORT'
const PASSWORD =
  'correct the user and password in DATABASE_URL or POSTGRES_USER and POSTGRES_PASSWORD'
const OVERLOADED = 'look at what it does (pg_stat_activity), and end what holds it up'

/** Numeric value out of range, character not in repertoire, untranslatable character, check violation. */
const NOT_STORABLE = /^(22003|22021|22P05|23514)$/

/** By error codes of the operating system, TLS and PostgreSQL. */
const EXPLANATIONS: readonly Explanation[] = [
  [/^(ENOTFOUND|EAI_|EADDRINFO|DNS_)/, 'DNS', 'the host name is not known', ADDRESS],
  [/^ECONNREFUSED/, 'TCP', 'nothing listens there', `start PostgreSQL, or ${ADDRESS}`],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)/, 'TCP', 'there is no route to it', ADDRESS],
  [/^(ENOENT|EACCES)/, 'TCP', 'its socket is not there or not open to this user', ADDRESS],
  [/^(ECONNRESET|EPIPE|ETIMEDOUT)/, 'TCP', 'the connection was lost', 'see whether it runs'],
  [
    /CERT|SIGNATURE|SELF_SIGNED|ALTNAME/,
    'TLS',
    'its certificate is not trusted for this host',
    'correct the certificate, name its authority with sslrootcert=FILE, or use sslmode=require',
  ],
  [
    /^(ERR_SSL|ERR_TLS|EPROTO)/,
    'TLS',
    'no agreement on TLS',
    'look at the TLS set-up of PostgreSQL',
  ],
  [/^28P01/, 'password', 'the user or the password is wrong', PASSWORD],
  [
    /^28000/,
    'password',
    'this user may not connect from here in this way',
    'allow it in pg_hba.conf; where that asks for TLS, add ?sslmode=require to DATABASE_URL',
  ],
  [
    /^3D000/,
    'database',
    'there is no such database',
    'make it (CREATE DATABASE), or correct its name in DATABASE_URL or POSTGRES_DB',
  ],
  [
    /^42501/,
    'permission',
    'the user may not do this',
    'make the user the owner of the database, or grant CREATE on its schema public and rights on its tables',
  ],
  [
    /^53300/,
    'connecting',
    'it has no connection left',
    'raise max_connections or lower DB_POOL_SIZE',
  ],
  [/^57P03/, 'connecting', 'it is starting or stopping', 'wait until it is up'],
  [/^57P0/, 'connection', 'it was stopped', 'start it'],
  [/^25006/, 'connection', 'it only reads: it is a standby', 'connect to the primary'],
  [/^(55P03|40P01)/, 'lock', 'another program holds a lock for too long', OVERLOADED],
  [/^57014/, 'statement', 'a statement took too long', OVERLOADED],
  [/^53100/, 'disk', 'its disk is full', 'free some space'],
]

/** By the driver's own messages, which have no code. */
const MESSAGES: readonly Explanation[] = [
  [/does not support SSL/, 'TLS', 'it offers no TLS', 'switch it on there, or use sslmode=disable'],
  [/establishing an SSL connection/, 'TLS', 'it answers no TLS', 'use sslmode=disable'],
  [/password must be a/, 'password', 'it asks for one, and none is set', PASSWORD],
  [
    /trying to connect/,
    'pool',
    'no connection became free in time',
    `${OVERLOADED}, or raise DB_POOL_SIZE`,
  ],
  [/read timeout/, 'answer', 'it stays silent', OVERLOADED],
  [/terminated|closed|not queryable/i, 'connection', 'it was lost', 'see whether it runs'],
]

export function addressText({ host, port, database }: DatabaseAddress): string {
  return `PostgreSQL ${host}:${port}/${database}`
}

/** `progress` is that of a connection being opened. */
export function explainPostgresError(
  error: unknown,
  address: DatabaseAddress,
  progress?: Progress,
): unknown {
  if (!(error instanceof Error) || error instanceof StoreError) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === '23505' && error instanceof DatabaseError)
    return alreadyThere(columnOf(error), error)
  if (isOfPartitions(error))
    return new StoreError(
      `${addressText(address)}: partitions of a table are being changed (${error.message})`,
      'nothing to do: it is tried again',
      { cause: error, code: STORE_CHANGES },
    )
  if (NOT_STORABLE.test(code)) return notStorable(error)
  const [, step, what, remedy] = late(error, progress) ?? entryFor(code, error.message) ?? []
  if (step === undefined) return error
  // The server's messages add detail and contain only names; the driver's add nothing.
  const detail = error instanceof DatabaseError ? ` (${error.message})` : ''
  return new StoreError(`${addressText(address)}: ${step}: ${what}${detail}`, remedy ?? '', {
    cause: error,
  })
}

/** A row met a change of partitions: nothing is wrong with it, and storing it again works. */
function isOfPartitions(error: Error): boolean {
  if (!(error instanceof DatabaseError) || error.code !== '23514') return false
  return error.constraint === undefined || error.constraint === PAST_BOUND
}

function entryFor(code: string, message: string): Explanation | undefined {
  return (
    (code === '' ? undefined : EXPLANATIONS.find(([pattern]) => pattern.test(code))) ??
    MESSAGES.find(([pattern]) => pattern.test(message))
  )
}

/** A connection timed out: determines whether the network or the server was slow. */
function late(error: Error, progress: Progress | undefined): Explanation | undefined {
  if (progress === undefined || !/timeout/.test(error.message)) return undefined
  if (progress.connected) {
    return [/./, 'answer', 'it takes connections and stays silent', 'see whether it hangs']
  }
  return [/./, 'TCP', 'no connection within 5 s', `look for a firewall, or ${ADDRESS}`]
}

function columnOf({ table, detail }: DatabaseError): string | undefined {
  const column = /^Key \(([^)]+)\)/.exec(detail ?? '')?.[1]
  return table === undefined || column === undefined ? undefined : `${table}.${column}`
}

/** Errors after which a connection is unusable: it is closed, or its server is read-only. */
export function endsConnection(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true
  return /^(08|57P0|25006)/.test(error.code ?? '')
}
