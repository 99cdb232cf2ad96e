/** Encryption at rest for upstream keys. */

/** What a secret is bound to: moving the ciphertext to another row or origin makes it unreadable. */
export interface SecretBinding {
  table: string
  row: number
  column: string
  /** The base URL the key may be sent to. */
  baseUrl: string
}

export function bindingOf({ id, baseUrl }: { id: number; baseUrl: string }): SecretBinding {
  return { table: 'upstream_keys', row: id, column: 'encrypted_key', baseUrl }
}

export type Opened = { ok: true; secret: string } | { ok: false; reason: string }

export interface Vault {
  /** AES-256-GCM, written as `v1.<key id>.<nonce>.<ciphertext>`. */
  seal(secret: string, binding: SecretBinding): string
  /** Never throws: a row that can't be decrypted is unusable and `reason` says why, with a remedy. */
  open(sealed: string, binding: SecretBinding): Opened
  /** Id of the key new secrets are sealed with. */
  readonly activeKeyId: string
}
