/** The use cases that the command line and the HTTP API share. Each change names its actor. */
import { createLockout } from '../access/lockout.ts'
import { createAudit } from './audit.ts'
import { createChanges } from './changes.ts'
import type { AdminDependencies } from './dependencies.ts'
import { createEncryption } from './encryption.ts'
import { createFirstStart } from './first-start.ts'
import { createIdentity } from './identity/identity.ts'
import { createKeys } from './keys/keys.ts'
import { createModels } from './models.ts'
import { createPredecessorImport } from './predecessor/import.ts'
import { createSettings } from './settings.ts'
import { createUpstreamImport } from './upstreams/upstream-import.ts'
import { createUpstreams } from './upstreams/upstreams.ts'
import { createPrices } from './usage/prices.ts'
import { createQuotaUseCases } from './usage/quotas.ts'
import { createUsage } from './usage/usage.ts'
import { createUsers } from './users.ts'

export type Admin = ReturnType<typeof createAdmin>

export function createAdmin(dependencies: AdminDependencies) {
  const change = createChanges(dependencies)
  const users = createUsers(dependencies, change)
  const keys = createKeys(dependencies, change)
  const importing = createUpstreamImport(dependencies, change)
  return {
    users,
    keys,
    upstreams: createUpstreams(dependencies, importing, change),
    encryption: createEncryption(dependencies, change),
    usage: createUsage(dependencies, users),
    quotas: createQuotaUseCases(dependencies, { users, change }),
    prices: createPrices(dependencies, change),
    models: createModels(dependencies, change),
    audit: createAudit(dependencies),
    identity: createIdentity({ ...dependencies, change, lockout: createLockout() }),
    settings: createSettings(dependencies, change),
    importPredecessor: createPredecessorImport(dependencies, importing, change),
    firstStart: createFirstStart(users, keys),
  }
}
