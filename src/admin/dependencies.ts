/** What the use cases work with, and the audit log that each of them writes. */
import type { AdminStore } from '../ports/admin-store.ts'
import type { Sha256Hex } from '../ports/digest.ts'
import type { UpstreamProbe } from '../ports/upstream-probe.ts'
import type { Vault } from '../ports/vault.ts'

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
