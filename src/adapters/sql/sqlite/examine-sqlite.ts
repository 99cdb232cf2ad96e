/** How far opening the embedded store gets; creates nothing if it does not exist. */
import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseFault } from '../../../doctor/evidence.ts'
import { databaseFaultOf, type Examined, examineSchema, NOTHING } from '../schema/examine-schema.ts'
import { openUnmigrated } from './open-database.ts'

export async function examineSqlite(path: string): Promise<Examined & { isNew: boolean }> {
  const isNew = !existsSync(path)
  const fault = folderFault(path)
  if (fault !== null) return { ...NOTHING, isNew, fault }
  if (isNew) return { ...NOTHING, isNew, passed: ['folder'] }
  try {
    const { db, schema } = await openUnmigrated(path)
    try {
      const examined = await examineSchema(db, schema)
      return { ...NOTHING, ...examined, isNew, passed: ['folder', ...examined.passed] }
    } finally {
      await db.destroy()
    }
  } catch (error) {
    return { ...NOTHING, isNew, passed: ['folder'], fault: databaseFaultOf(error, 'write') }
  }
}

/** SQLite also writes files next to the database. */
function folderFault(path: string): DatabaseFault | null {
  const folder = nearest(dirname(path))
  const files = [path, `${path}-wal`, `${path}-shm`].filter((file) => existsSync(file))
  for (const place of [folder, ...files]) {
    try {
      accessSync(place, constants.R_OK | constants.W_OK)
    } catch (error) {
      const { code = 'unknown' } = error as { code?: string }
      const detail = `${place} can't be read and written (${code})`
      return { step: 'folder', detail, remedy: 'make it writable for this user' }
    }
  }
  return null
}

/** A missing folder is created in its nearest existing ancestor. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder))
}
