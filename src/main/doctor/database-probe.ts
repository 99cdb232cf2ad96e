/** For DB-1: how far a connection to the database gets, how much space is left, and which records never reached it. */
import { statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Examined } from '../../adapters/sql/schema/examine-schema.ts'
import { examineSqlite } from '../../adapters/sql/sqlite/examine-sqlite.ts'
import type { Config } from '../../config.ts'
import type { DatabaseEvidence } from '../../doctor/evidence.ts'
import { storePath } from '../commands/store-files.ts'
import { quarantinedIn } from '../compose/journal-folder.ts'

export async function probeDatabase(
  config: Config,
): Promise<{ evidence: DatabaseEvidence; instances: number }> {
  const { database, databasePoolSize } = config
  const path = resolve(config.dataDir)
  const around = {
    path,
    user: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
    freeMb: freeMb(path),
    quarantined: quarantinedIn(path),
    malformed: [],
    host: database?.host ?? '-',
    port: database?.port ?? 0,
    dbUser: database?.user ?? '-',
    database: database?.database ?? '-',
  }
  if (database === null) {
    const { isNew, ...seen } = await examineSqlite(resolve(storePath(config)))
    return evidenceOf({ ...around, place: `SQLite ${resolve(storePath(config))}`, isNew }, seen)
  }
  // Loaded on use, as in configured-store.ts.
  const { examinePostgres } = await import('../../adapters/sql/postgres/examine-postgres.ts')
  const seen = await examinePostgres(database, databasePoolSize)
  const place = `PostgreSQL ${database.host}:${database.port}/${database.database}`
  return evidenceOf({ ...around, place, isNew: false }, seen)
}

type Around = Omit<DatabaseEvidence, keyof Examined>

function evidenceOf(around: Around, { instances, ...seen }: Examined) {
  return { evidence: { ...around, ...seen }, instances }
}

function freeMb(path: string): number {
  try {
    statSync(path)
    const { bavail, bsize } = statfsSync(path)
    return Math.floor((Number(bavail) * Number(bsize)) / 1_048_576)
  } catch {
    return dirname(path) === path ? 0 : freeMb(dirname(path))
  }
}
