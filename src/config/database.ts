/** Which store: PostgreSQL where it is named, else the embedded one. */
import type { DatabaseAddress } from '../core/text/database-address.ts'
import { ConfigError } from './config-error.ts'

/** The variables as read; only those of the database matter here. */
interface Values {
  DATABASE_URL?: DatabaseAddress | undefined
  POSTGRES_HOST?: string | undefined
  POSTGRES_PORT: number
  POSTGRES_USER: string
  POSTGRES_PASSWORD?: string | undefined
  POSTGRES_DB: string
  ENCRYPTION_KEY?: unknown
}

/** Null for the embedded store. */
export function databaseOf(values: Values): DatabaseAddress | null {
  if (values.DATABASE_URL !== undefined) return values.DATABASE_URL
  if (values.POSTGRES_HOST === undefined) return null
  return {
    host: values.POSTGRES_HOST,
    port: values.POSTGRES_PORT,
    user: values.POSTGRES_USER,
    password: values.POSTGRES_PASSWORD ?? null,
    database: values.POSTGRES_DB,
    sslMode: 'disable',
    sslRootCert: null,
  }
}

/** `given` tells what was set from what is a default. */
export function refuseUnclearDatabase(values: Values, given: Record<string, string>): void {
  const parts = Object.keys(given).filter((name) => /^POSTGRES_\w+$/.test(name))
  const [part] = parts
  if (part !== undefined && values.DATABASE_URL !== undefined) {
    throw new ConfigError(part, `DATABASE_URL and ${part} are both set`, 'Unset one of them.')
  }
  if (part !== undefined && values.POSTGRES_HOST === undefined) {
    throw new ConfigError(
      'POSTGRES_HOST',
      `${part} is set without POSTGRES_HOST`,
      'Set POSTGRES_HOST for PostgreSQL, or unset it for the embedded store.',
    )
  }
  if (databaseOf(values) !== null && values.ENCRYPTION_KEY === undefined) {
    throw new ConfigError(
      'ENCRYPTION_KEY',
      'ENCRYPTION_KEY is not set, and with PostgreSQL all instances must share one',
      'Set it to the same 32 bytes everywhere; `openssl rand -hex 32` makes new ones.',
    )
  }
}
