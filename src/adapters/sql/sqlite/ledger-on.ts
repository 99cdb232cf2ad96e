/** The usage store over a connection that the caller opens and closes. */
import type { Database } from 'bun:sqlite'
import { Kysely } from 'kysely'
import type { PriceCatalogue } from '../../../usage/price-catalogue.ts'
import type { UsageStore } from '../../../usage/store.ts'
import type { Tables } from '../schema/schema.ts'
import { SQLITE } from '../sql-dialect.ts'
import { createUsageStore } from '../usage/usage-store.ts'
import { BunSqliteDialect } from './bun-sqlite-dialect.ts'

export function ledgerOn(
  database: Database,
  path: string,
  catalogue: PriceCatalogue | null,
): UsageStore {
  const db = new Kysely<Tables>({ dialect: new BunSqliteDialect(database, path) })
  return createUsageStore({ db, runBulk: SQLITE.runBulk, catalogue })
}
