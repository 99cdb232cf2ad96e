/** A vault on the gateway's own key file, which a rotation may change while it is in use. */
import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import type { KeyFile, Vault } from '../../upstreams/vault.ts'
import { createVault, keyId } from './aes-vault.ts'
import { type FileKeys, loadOrCreateKeyFile, replaceKeyFile } from './key-file.ts'

interface FileVaultOptions {
  path: string
  /** From ENCRYPTION_KEYS_OLD; only used to open. */
  old: readonly Uint8Array[]
  /** Called if others can read the file. */
  warn: (message: string) => void
}

export function createFileVault({ path, old, warn }: FileVaultOptions): Vault {
  let keys: FileKeys = loadOrCreateKeyFile(path, warn)
  let seen = versionOf(path)
  let vault = vaultOver(keys, old)

  const take = (changed: FileKeys) => {
    keys = changed
    vault = vaultOver(keys, old)
  }
  const write = (changed: FileKeys) => {
    replaceKeyFile(path, changed)
    seen = versionOf(path)
    take(changed)
  }

  const keyFile: KeyFile = {
    refresh() {
      const version = versionOf(path)
      if (version === null || version === seen) return false
      seen = version
      take(loadOrCreateKeyFile(path))
      return true
    },
    prepare() {
      keyFile.refresh()
      if (keys.length === 1) write([...keys, new Uint8Array(randomBytes(32))])
      return keyId(keys.at(-1) ?? keys[0])
    },
    promote() {
      const newest = keys.at(-1) ?? keys[0]
      write([newest, ...keys.filter((key) => key !== newest)])
    },
    retire() {
      const [active, ...others] = keys
      if (others.length === 0) return null
      const retired = `${path}.retired-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`
      replaceKeyFile(retired, others)
      write([active])
      return retired
    },
  }

  return {
    keyFile,
    get activeKeyId() {
      return vault.activeKeyId
    },
    get keyIds() {
      return vault.keyIds
    },
    seal: (secret, binding) => vault.seal(secret, binding),
    open(sealed, binding) {
      const opened = vault.open(sealed, binding)
      // The row may be sealed with a key that was just added to the file.
      return !opened.ok && keyFile.refresh() ? vault.open(sealed, binding) : opened
    },
  }
}

function vaultOver([active, ...others]: FileKeys, old: readonly Uint8Array[]): Vault {
  return createVault({ active, old: [...others, ...old] })
}

/** Changes each time the file is replaced; null if it does not exist. */
function versionOf(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? null : `${stat.ino} ${stat.mtimeMs} ${stat.size}`
}
