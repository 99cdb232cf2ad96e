/** `restore`: replaces the embedded store with a backup, after checking that it is intact and readable. */
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import {
  type BackupContents,
  copyBackup,
  dropQuotaLeases,
  lookInto,
} from '../../adapters/sql/sqlite/backup.ts'
import { holdProcessLock } from '../../adapters/sql/sqlite/process-lock.ts'
import { replaceStore } from '../../adapters/sql/sqlite/replace-store.ts'
import { createVault } from '../../adapters/vault/aes-vault.ts'
import { type FileKeys, parseKeyFile } from '../../adapters/vault/key-file.ts'
import type { RestoreOptions, RestoreReport } from '../../cli/context.ts'
import type { Config } from '../../config.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { bindingOf, type Vault } from '../../upstreams/vault.ts'
import { ensureDataDir } from '../compose/open-admin.ts'
import { assertEmbedded, keyBackupPath, keyPath, readKeyText, storePath } from './store-files.ts'

export function restore(config: Config, file: string, options: RestoreOptions): RestoreReport {
  assertEmbedded(config, 'restore')
  ensureDataDir(config.dataDir)
  const release = holdProcessLock(config.dataDir)
  const fresh = `${storePath(config)}.restoring`
  try {
    copyBackup(file, fresh)
    const contents = lookInto(fresh, file)
    const key = options.withKey
      ? readKeyText(keyBackupPath(file), 'restore without --with-key')
      : null
    if (!options.anyKey) assertKeyFits(config, key, contents)
    dropQuotaLeases(fresh)
    return putInPlace(config, fresh, key, contents)
  } finally {
    rmSync(fresh, { force: true })
    release()
  }
}

/** Before replacing anything: a store whose upstream keys can't be decrypted would not even start. */
function assertKeyFits(config: Config, keyText: string | null, contents: BackupContents): void {
  const { upstreamKeys } = contents
  if (upstreamKeys.length === 0) return
  const keys = keyText === null ? presentKeys(config) : parsedKeys(keyText)
  const vault = keys === null ? null : vaultOver(keys, config.encryptionKeysOld)
  const opens = upstreamKeys.some(
    ({ encryptedKey, ...row }) => vault?.open(encryptedKey, bindingOf(row)).ok === true,
  )
  if (opens) return
  const count = upstreamKeys.length
  throw new OperatorError(
    'failed',
    keys === null
      ? `without an encryption key none of the ${count} upstream keys in the backup can be read`
      : `the encryption key opens none of the ${count} upstream keys in the backup`,
    'Give the key that belongs to it: as encryption.key in DATA_DIR, as ENCRYPTION_KEY, or with --with-key; or restore with --any-key, and remove its upstream keys and add them again',
  )
}

function vaultOver([active, ...others]: FileKeys, old: readonly Uint8Array[]): Vault {
  return createVault({ active, old: [...others, ...old] })
}

function presentKeys(config: Config): FileKeys | null {
  if (config.encryptionKey !== null) return [config.encryptionKey]
  const path = keyPath(config)
  return existsSync(path) ? parsedKeys(readKeyText(path, 'restore it first')) : null
}

function parsedKeys(text: string): FileKeys {
  const parsed = parseKeyFile(text)
  if (parsed.ok) return parsed.keys
  throw new OperatorError(
    'store',
    `the encryption key is malformed: ${parsed.reason}`,
    'give another one',
  )
}

function putInPlace(
  config: Config,
  fresh: string,
  keyText: string | null,
  contents: BackupContents,
): RestoreReport {
  const suffix = `before-restore-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
  const keyFile = keyPath(config)
  const oldKey = keyText !== null && existsSync(keyFile) ? `${keyFile}.${suffix}` : null
  if (oldKey !== null) renameSync(keyFile, oldKey)
  if (keyText !== null) writeFileSync(keyFile, keyText, { mode: 0o600, flag: 'wx', flush: true })
  const oldStore = replaceStore(storePath(config), fresh, suffix)
  return {
    users: contents.users,
    proxy_keys: contents.apiKeys,
    upstream_keys: contents.upstreamKeys.length,
    usage_records: contents.usageRecords,
    migrations_to_come: contents.migrationsToCome,
    old_store: oldStore,
    old_key: oldKey,
  }
}
