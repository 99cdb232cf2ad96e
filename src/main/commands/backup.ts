/** `backup`: writes the embedded store to one file, and its encryption key next to it if requested. */
import { existsSync, writeFileSync } from 'node:fs'
import { writeBackup } from '../../adapters/sql/sqlite/backup.ts'
import type { BackupReport } from '../../cli/context.ts'
import type { Config } from '../../config.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { assertEmbedded, keyBackupPath, keyPath, readKeyText, storePath } from './store-files.ts'

export function backup(config: Config, file: string, withKey: boolean): BackupReport {
  assertEmbedded(config, 'backup')
  const key = withKey ? keyToKeep(config) : null
  const keyFile = keyBackupPath(file)
  if (key !== null && existsSync(keyFile))
    throw new OperatorError('conflict', `there is already a file ${keyFile}`, 'Choose another name')
  const bytes = writeBackup(storePath(config), file)
  if (key !== null) writeFileSync(keyFile, key, { mode: 0o600, flag: 'wx', flush: true })
  return {
    file,
    bytes,
    key_file: key === null ? null : keyFile,
    key_is_in: config.encryptionKey === null ? keyPath(config) : 'ENCRYPTION_KEY',
  }
}

function keyToKeep(config: Config): string {
  if (config.encryptionKey !== null)
    throw new OperatorError(
      'invalid',
      'the encryption key comes from ENCRYPTION_KEY, so there is no key file to back up',
      'Keep a copy of the key where ENCRYPTION_KEY is set, and run this without --with-key',
    )
  return readKeyText(keyPath(config), 'it is made at the first start')
}
