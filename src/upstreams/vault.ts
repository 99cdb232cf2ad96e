/** Encryption at rest for upstream keys, second factors, and keys that encrypt other data. */

/**
 * Every column that holds ciphertexts. `boundAs` is the column in the additional data: a pending second factor
 * becomes the confirmed one without being sealed again. Secrets can only be sealed for these columns, and a
 * rotation seals all of them again.
 */
export const SEALED_COLUMNS = [
  { table: 'upstream_keys', column: 'encrypted_key', boundAs: 'encrypted_key' },
  { table: 'user_credentials', column: 'totp_secret', boundAs: 'totp_secret' },
  { table: 'user_credentials', column: 'totp_pending', boundAs: 'totp_secret' },
  { table: 'data_keys', column: 'sealed_key', boundAs: 'sealed_key' },
] as const

export type SealedColumn = (typeof SEALED_COLUMNS)[number]

/** What a secret is bound to: moving the ciphertext to another row or origin makes it unreadable. */
export interface SecretBinding {
  table: SealedColumn['table']
  row: number
  column: SealedColumn['boundAs']
  /** The base URL the key may be sent to. */
  baseUrl: string
}

/** One ciphertext in the store. */
export interface SealedSecret {
  column: SealedColumn
  /** The name of the upstream key, or of the user; what a data key encrypts. */
  name: string
  sealed: string
  binding: SecretBinding
}

export function bindingOf({ id, baseUrl }: { id: number; baseUrl: string }): SecretBinding {
  return { table: 'upstream_keys', row: id, column: 'encrypted_key', baseUrl }
}

/** The second factor's secret is bound to its user's row. */
export function totpBinding(userId: number): SecretBinding {
  return { table: 'user_credentials', row: userId, column: 'totp_secret', baseUrl: '' }
}

/** What the responses that the gateway keeps are encrypted with, by its purpose. */
export const RESPONSES_KEY = 'responses'

/** A data key has no number and no origin; it is bound to its purpose. */
export function dataKeyBinding(purpose: string): SecretBinding {
  return { table: 'data_keys', row: 0, column: 'sealed_key', baseUrl: purpose }
}

export type OpenedSecret = { ok: true; secret: string } | { ok: false; reason: string }

export interface Vault {
  /** AES-256-GCM, written as `v1.<key id>.<nonce>.<ciphertext>`. */
  seal(secret: string, binding: SecretBinding): string
  /** Never throws: a row that can't be decrypted is unusable and `reason` says why, with a remedy. */
  open(sealed: string, binding: SecretBinding): OpenedSecret
  /** Id of the key new secrets are sealed with. */
  readonly activeKeyId: string
  /** Ids of all keys that it can open rows with, the active one first. */
  readonly keyIds: readonly string[]
  /** Null if the keys come from variables, which only the operator can change. */
  readonly keyFile: KeyFile | null
}

/** The gateway's own file of encryption keys. Every process that uses it finds a change within a second. */
export interface KeyFile {
  /** Reads the file again if it was changed. True if it was. */
  refresh(): boolean
  /** Adds a new key, which opens rows but seals none yet, and returns its id. Reuses one that was added before. */
  prepare(): string
  /** The key that was added last seals from now on. */
  promote(): void
  /** Only the active key stays; the others move to another file in the same folder, whose path is returned. */
  retire(): string | null
}
