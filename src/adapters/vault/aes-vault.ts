/** AES-256-GCM for upstream keys. A ciphertext only opens for the row and base URL it was sealed for. */
import { createHash } from 'node:crypto'
import type { OpenedSecret, SecretBinding, Vault } from '../../upstreams/vault.ts'
import { decrypt, encrypt } from './aes-gcm.ts'

const SEALED = /^v1\.([0-9a-f]{8})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]+)$/

export interface VaultKeys {
  /** Seals new secrets. */
  active: Uint8Array
  /** Only open secrets sealed with them earlier. */
  old: readonly Uint8Array[]
}

export function createVault({ active, old }: VaultKeys): Vault {
  const activeKeyId = keyId(active)
  const keys = new Map([...old, active].map((key) => [keyId(key), key]))
  return {
    activeKeyId,
    keyIds: [activeKeyId, ...[...keys.keys()].filter((id) => id !== activeKeyId)],
    keyFile: null,
    seal(secret, binding) {
      const { nonce, body } = encrypt(active, secret, boundTo(binding))
      return `v1.${activeKeyId}.${nonce}.${body}`
    },
    open(sealed, binding) {
      const parts = SEALED.exec(sealed)
      if (parts === null) return unreadable(binding, 'unknown', ENTER_AGAIN)
      const [, id = '', nonce = '', body = ''] = parts
      const key = keys.get(id)
      if (key === undefined) return unreadable(binding, id, keyMissing(id, activeKeyId))
      const secret = decrypt(key, { nonce, body }, boundTo(binding))
      return secret === null ? unreadable(binding, id, ENTER_AGAIN) : { ok: true, secret }
    },
  }
}

/** Identifies a key without revealing it; the prefix separates it from other uses of SHA-256. */
export function keyId(key: Uint8Array): string {
  return createHash('sha256')
    .update('gpt-proxy encryption key id\0')
    .update(key)
    .digest('hex')
    .slice(0, 8)
}

function boundTo({ table, row, column, baseUrl }: SecretBinding): Buffer {
  return Buffer.from(JSON.stringify([table, row, column, baseUrl]), 'utf8')
}

const ENTER_AGAIN =
  'the row or its base URL was changed after the key was stored; enter the upstream key again'

function keyMissing(id: string, activeKeyId: string): string {
  return `ENCRYPTION_KEY has id ${activeKeyId}; start with the one of id ${id}, add it to ENCRYPTION_KEYS_OLD, or enter the upstream key again`
}

function unreadable({ table, row }: SecretBinding, id: string, remedy: string): OpenedSecret {
  const reason = `Failed to decrypt key: Invalid token (${table} row ${row}, encryption key id ${id}): ${remedy}`
  return { ok: false, reason }
}
