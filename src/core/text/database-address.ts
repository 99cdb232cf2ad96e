/** The address of a PostgreSQL database, parsed from its URL. */

export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const
export type SslMode = (typeof SSL_MODES)[number]

export interface DatabaseAddress {
  host: string
  port: number
  user: string
  /** null if the server requires no password. */
  password: string | null
  database: string
  /** As in libpq: `require` encrypts, and only the `verify-` modes check the certificate. */
  sslMode: SslMode
  /** A file of certificates to trust instead of the system's. */
  sslRootCert: string | null
}

export const DEFAULT_NAME = 'gpt_proxy'
export const DEFAULT_PORT = 5432

export type ReadDatabaseUrl = { ok: true; address: DatabaseAddress } | { ok: false; reason: string }

/** Also accepts SQLAlchemy's form, which names a Python driver. */
const SCHEME = /^postgres(ql)?(\+(psycopg2?|asyncpg|pg8000))?:$/

const PARAMETERS = ['sslmode', 'sslrootcert']

/** Rejects what it does not support, without repeating the URL, which contains the password. */
export function readDatabaseUrl(text: string): ReadDatabaseUrl {
  const url = URL.parse(text)
  if (url === null || !SCHEME.test(url.protocol)) {
    return refused('it is none, or characters of its password are not encoded (@ is %40, # is %23)')
  }
  if (url.hostname === '') return refused('it names no host')
  if (url.hash !== '') return refused('its password holds a #, which must be written %23')
  const stranger = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name))
  if (stranger !== undefined) {
    return refused(`of its parameters only ${PARAMETERS.join(' and ')} are known`)
  }
  const sslMode = SSL_MODES.find((mode) => mode === (url.searchParams.get('sslmode') ?? 'disable'))
  if (sslMode === undefined) return refused(`sslmode must be one of ${SSL_MODES.join(', ')}`)
  const parts = [url.username, url.password, url.pathname.slice(1)].map(decoded)
  const [user, password, database] = parts
  if (user === undefined || password === undefined || database === undefined) {
    return refused('a % in it begins no encoded character (% itself is %25)')
  }
  return {
    ok: true,
    address: {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? DEFAULT_PORT : Number(url.port),
      user: user || DEFAULT_NAME,
      password: password || null,
      database: database || DEFAULT_NAME,
      sslMode,
      sslRootCert: url.searchParams.get('sslrootcert'),
    },
  }
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

function refused(reason: string): ReadDatabaseUrl {
  return { ok: false, reason }
}
