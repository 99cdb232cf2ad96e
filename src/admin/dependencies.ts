/** The dependencies of the use cases. */
import type { PasswordHasher } from '../access/password.ts'
import type { Totp } from '../access/totp.ts'
import type { Sha256Hex } from '../core/sha256.ts'
import type { UpstreamProbe } from '../upstreams/probe.ts'
import type { Vault } from '../upstreams/vault.ts'
import type { AdminStore } from './store.ts'

export interface AdminDependencies {
  store: AdminStore
  vault: Vault
  probe: UpstreamProbe
  sha256Hex: Sha256Hex
  randomBytes: (count: number) => Uint8Array
  nowMs: () => number
  hasher: PasswordHasher
  totp: Totp
  /** A keyed digest: HMAC-SHA-256 with `key`, as base64url. */
  sign: (key: string, text: string) => string
  defaultMonthlyQuotaTokens: number | null
  /** The number of days for which single requests are kept; 0 keeps all. */
  usageRetentionDays: number
}
