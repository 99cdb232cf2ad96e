/** `migrate copy`: the embedded store into PostgreSQL, while no server writes to it. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { openDatabase } from '../../adapters/sql/sqlite/open-database.ts'
import { holdProcessLock } from '../../adapters/sql/sqlite/process-lock.ts'
import type { CopyReport } from '../../cli/context.ts'
import type { Config } from '../../config.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { assertStore } from '../compose/store-presence.ts'
import { keyPath, storePath } from './store-files.ts'

export async function copyStore(config: Config): Promise<CopyReport> {
  if (config.database === null)
    throw new OperatorError(
      'configuration',
      'no PostgreSQL to copy to is configured',
      'Set DATABASE_URL to it, and DATA_DIR to the folder of the embedded store',
    )
  assertStore({ ...config, database: null }, 'refuse')
  const release = holdProcessLock(config.dataDir)
  try {
    // At the newest schema, like PostgreSQL afterwards.
    await (await openDatabase(storePath(config))).destroy()
    // Loaded on use, as in configured-store.ts.
    const { copyToPostgres } = await import('../../adapters/sql/copy/copy-to-postgres.ts')
    const tables = await copyToPostgres(storePath(config), config.database)
    const keyFile = resolve(keyPath(config))
    const needed = config.encryptionKey === null && existsSync(keyFile)
    return { tables, keyFile: needed ? keyFile : null }
  } finally {
    release()
  }
}
