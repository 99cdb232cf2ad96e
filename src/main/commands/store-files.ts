/** The paths of the embedded store and its encryption key, in DATA_DIR and next to a backup. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../../config.ts'
import { OperatorError } from '../../core/operator-error.ts'

export const storePath = ({ dataDir }: Config) => join(dataDir, 'gpt-proxy.sqlite')
export const keyPath = ({ dataDir }: Config) => join(dataDir, 'encryption.key')
/** Next to the backup and not in it, so that the two can be stored separately. */
export const keyBackupPath = (file: string) => `${file}.encryption.key`

export function readKeyText(path: string, remedy: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new OperatorError('store', `the encryption key file ${path} can't be read`, remedy, {
      cause: error,
    })
  }
}

export function assertEmbedded(config: Config, command: 'backup' | 'restore'): void {
  if (config.database === null) return
  const tool = command === 'backup' ? 'pg_dump' : 'pg_restore'
  throw new OperatorError(
    'failed',
    `${command} is for the embedded store, and this one is on PostgreSQL`,
    `Use ${tool}, and keep ENCRYPTION_KEY safe with it`,
  )
}
