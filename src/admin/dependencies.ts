/** What the use cases work with, and the audit log that each of them writes. */

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
  /** Who is doing this, for the audit log. */
  actor: string
  defaultMonthlyQuotaTokens: number | null
}

/** Every change leaves a line in the audit log. Subjects are ids, never secrets. */
export function audited({ store, actor, nowMs }: AdminDependencies) {
  return (action: string, subject: string): Promise<void> =>
    store.audit({ actor, action, subject, atMs: nowMs() })
}
