/** The use cases that the command line shares with whatever manages the gateway next. */

import type { AdminDependencies } from './dependencies.ts'
import { createEncryption } from './encryption.ts'
import { createFirstStart } from './first-start.ts'
import { createKeys } from './keys.ts'
import { createPrices } from './prices.ts'
import { createQuotaUseCases } from './quotas.ts'
import { createUpstreams } from './upstreams.ts'
import { createUsage } from './usage.ts'
import { createUsers } from './users.ts'

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
    usage: createUsage(dependencies, users),
    quotas: createQuotaUseCases(dependencies, users),
    prices: createPrices(dependencies),
    firstStart: createFirstStart(users, keys),
  }
}
