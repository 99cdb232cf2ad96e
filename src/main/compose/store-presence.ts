/** Whether an embedded store exists: only `serve` and `init` create one, and never in place of a lost one. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { walProblem } from '../../adapters/sql/sqlite/wal-header.ts'
import type { Config } from '../../config.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { keyPath, storePath } from '../commands/store-files.ts'
import { journalFolderIn } from './journal-folder.ts'

export type IfMissing = 'make it' | 'refuse'

/** Throws if the store can't or must not be opened; true if one exists. */
export function assertStore(config: Config, ifMissing: IfMissing): boolean {
  if (config.database !== null) return true
  const path = resolve(storePath(config))
  const wal = `${path}-wal`
  const problem = lastingProblem(wal)
  if (problem !== null)
    throw new OperatorError(
      'store',
      `the write-ahead log ${wal} is damaged (${problem}), and what was written last is in it`,
      `restore a backup with: gpt-proxy restore FILE. To go on without what is in it, move it away: mv ${wal} ${wal}.damaged`,
    )
  if (sizeOf(path) > 0 || sizeOf(wal) > 0) return true
  const left = leftOf(config)
  if (left !== null)
    throw new OperatorError(
      'store',
      `the database ${path} is missing, but ${left} is there, so there was one`,
      'put the database back or restore a backup with: gpt-proxy restore FILE. To start empty, move what is left away',
    )
  if (ifMissing === 'make it') return false
  throw new OperatorError(
    'configuration',
    `there is no store in DATA_DIR ${resolve(config.dataDir)}`,
    'set DATA_DIR to the folder of your gateway, or make a new store there with: gpt-proxy init',
  )
}

/** For a file without tables: its content was only in a log that is gone. Called before tables are created. */
export function assertNotEmptied(config: Config, tables: readonly string[]): void {
  if (config.database !== null || tables.length > 0 || leftOf(config) === null) return
  throw new OperatorError(
    'store',
    `the database ${resolve(storePath(config))} has no tables, but ${leftOf(config)} is there, so it is damaged`,
    'restore a backup with: gpt-proxy restore FILE. To start empty, move the database and what is left away',
  )
}

/** Traces of an earlier store; null if there are none. */
function leftOf(config: Config): string | null {
  const key = resolve(keyPath(config))
  if (existsSync(key)) return key
  const journal = resolve(journalFolderIn(config.dataDir))
  const files = existsSync(journal) ? readdirSync(journal, { recursive: true }).map(String) : []
  return files.some((name) => name.endsWith('.journal')) ? journal : null
}

/** A running server may be writing the header at this moment. */
function lastingProblem(wal: string): string | null {
  if (walProblem(wal) === null) return null
  Bun.sleepSync(100)
  return walProblem(wal)
}

/** A path that can't be read counts as no store; creating the folder then reports why. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}
