/** What the use cases work with. */
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
  defaultMonthlyQuotaTokens: number | null
}
