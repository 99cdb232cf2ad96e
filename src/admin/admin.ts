/** The use cases that the command line shares with whatever manages the gateway next. */
import type { Sha256Hex } from '../ports/digest.ts'
import type { AdminStore } from '../ports/admin-store.ts'
import type { UpstreamProbe } from '../ports/upstream-probe.ts'
import type { Vault } from '../ports/vault.ts'
import { createEncryption } from './encryption.ts'
import { createFirstStart } from './first-start.ts'
import { createKeys } from './keys.ts'
import { createUpstreams } from './upstreams.ts'
import { createUsage } from './usage.ts'
import { createUsers } from './users.ts'

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

export type Admin = ReturnType<typeof createAdmin>

export function createAdmin(dependencies: AdminDependencies) {
  const users = createUsers(dependencies)
  const keys = createKeys(dependencies, users)
  const upstreams = createUpstreams(dependencies)
  return {
    users,
    keys,
    upstreams,
    encryption: createEncryption(dependencies),
    usage: createUsage(dependencies),
    firstStart: createFirstStart(users, keys),
  }
}

/** Every change leaves a line in the audit log. Subjects are ids, never secrets. */
export function audited({ store, actor, nowMs }: AdminDependencies) {
  return (action: string, subject: string): Promise<void> => store.audit({ actor, action, subject, atMs: nowMs() })
}
