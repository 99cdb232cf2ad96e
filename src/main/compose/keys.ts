/** Opens the vault: keys from the variables, or in embedded mode from the key file. */

import { existsSync } from 'node:fs'
import { createVault } from '../../adapters/vault/aes-vault.ts'
import { closedVault } from '../../adapters/vault/closed-vault.ts'
import { createFileVault } from '../../adapters/vault/file-vault.ts'
import type { Config } from '../../config.ts'
import type { UpstreamKey } from '../../core/entities.ts'
import { OperatorError } from '../../core/operator-error.ts'
import { bindingOf, type SealedSecret, type Vault } from '../../upstreams/vault.ts'
import { keyPath } from '../commands/store-files.ts'

/** `sealed` returns the secrets that a new key could not decrypt; `warn` reports a key file that others can read. */
export async function openVault(
  config: Config,
  sealed: () => Promise<readonly SealedSecret[]>,
  warn: (message: string) => void,
): Promise<Vault> {
  const { encryptionKey, encryptionKeysOld: old } = config
  if (encryptionKey !== null) return createVault({ active: encryptionKey, old })
  const path = keyPath(config)
  // A new key in place of a lost one would decrypt none of the old secrets and hide the loss.
  if (!existsSync(path) && !openedByOne(old, await sealed()))
    return closedVault(
      new OperatorError(
        'store',
        `the encryption key file ${path} is missing, and the secrets in the store are encrypted with it`,
        'put it back, or set ENCRYPTION_KEY to what was in it; where it is lost, remove the upstream keys (gpt-proxy upstream remove) and add them again, and turn second factors off with a new link (gpt-proxy console --user)',
      ),
    )
  return createFileVault({ path, old, warn })
}

/** Startup reports an encryption key that decrypts none of the rows; single rows are reported when they are read. */
export function assertOpensSomething(vault: Vault, upstreams: readonly UpstreamKey[]): void {
  const reasons = upstreams.map((row) => {
    const opened = vault.open(row.encryptedKey, bindingOf(row))
    return opened.ok ? null : opened.reason
  })
  const [first] = reasons
  if (first === undefined || reasons.includes(null)) return
  throw new OperatorError(
    'store',
    `the encryption key opens none of the ${reasons.length} upstream keys (${first})`,
    'Set ENCRYPTION_KEY to the key they were encrypted with, or put the old encryption.key back into DATA_DIR.',
  )
}

function openedByOne(keys: readonly Uint8Array[], secrets: readonly SealedSecret[]): boolean {
  const vaults = keys.map((active) => createVault({ active, old: [] }))
  return secrets.every(({ sealed, binding }) =>
    vaults.some((vault) => vault.open(sealed, binding).ok),
  )
}
