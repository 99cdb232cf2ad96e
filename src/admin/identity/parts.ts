/** The dependencies of signing in. */
import type { Lockout } from '../../access/lockout.ts'
import type { PasswordHasher } from '../../access/password.ts'
import type { Totp } from '../../access/totp.ts'
import type { Sha256Hex } from '../../core/sha256.ts'
import type { Vault } from '../../upstreams/vault.ts'
import type { MakeChange } from '../changes.ts'
import type { AdminStore } from '../store.ts'

export interface IdentityParts {
  store: AdminStore
  change: MakeChange
  vault: Vault
  hasher: PasswordHasher
  lockout: Lockout
  totp: Totp
  sha256Hex: Sha256Hex
  /** A keyed digest: HMAC-SHA-256 with `key`, as base64url. */
  sign: (key: string, text: string) => string
  randomBytes: (count: number) => Uint8Array
  nowMs: () => number
}

/** The origin of a sign-in attempt. */
export interface SignInOrigin {
  address: string
  userAgent: string
  /** The device cookie, as it was sent. */
  device: string | null
}
