/** What was used, summed. */
import type { UsageQuery, UsageSum } from '../../usage/report.ts'
import type { AdminDependencies } from '../dependencies.ts'
import type { Users } from '../users.ts'

export interface UsageInput extends Omit<UsageQuery, 'userId'> {
  /** By name or id; records also refer to deleted users, by id. */
  user: string | null
}

export function createUsage({ store }: AdminDependencies, users: Users) {
  const idOf = async (user: string): Promise<number> =>
    /^\d+$/.test(user) ? Number(user) : (await users.find(user)).id

  return {
    async summarize({ user, ...query }: UsageInput): Promise<UsageSum[]> {
      const userId = user === null ? null : await idOf(user)
      return store.summarizeUsage({ ...query, userId })
    },
  }
}
