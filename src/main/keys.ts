/** Opens the vault: keys from the variables, or in embedded mode from the key file. */
import { join } from 'node:path'
import { createVault } from '../adapters/vault/aes-vault.ts'
import { loadOrCreateKeyFile } from '../adapters/vault/key-file.ts'
import type { Config } from '../config.ts'
import type { UpstreamKey } from '../core/entities.ts'
import type { Vault } from '../ports/vault.ts'
import { StartError } from './start-error.ts'

export function openVault(config: Config): Vault {
  const active = config.encryptionKey ?? loadOrCreateKeyFile(join(config.dataDir, 'encryption.key'))
  return createVault({ active, old: config.encryptionKeysOld })
}

/** A wrong encryption key is told at the start where it opens none of the rows; single rows are told as they are read. */
export function assertOpensSomething(vault: Vault, upstreams: readonly UpstreamKey[]): void {
  const reasons = upstreams.map(({ id, baseUrl, encryptedKey }) => {
    const opened = vault.open(encryptedKey, {
      table: 'upstream_keys',
      row: id,
      column: 'encrypted_key',
      baseUrl,
    })
    return opened.ok ? null : opened.reason
  })
  const [first] = reasons
  if (first === undefined || reasons.includes(null)) return
  throw new StartError(
    `the encryption key opens none of the ${reasons.length} upstream keys (${first})`,
    'Set ENCRYPTION_KEY to the key they were encrypted with, or put the old encryption.key back into DATA_DIR.',
  )
}
