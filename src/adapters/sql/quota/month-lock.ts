/** The row that every change to a user's month writes first, as a lock. */
import type { Transaction } from 'kysely'
import type { Month } from '../../../core/time/month.ts'
import type { Tables } from '../schema/schema.ts'
import { count } from '../values.ts'

/** Returns the tokens used. Changes nothing, but locks the row until this transaction ends. */
export async function lockedUse(
  step: Transaction<Tables>,
  userId: number,
  { year, month }: Month,
): Promise<number> {
  const none = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0, requests: 0 }
  const row = await step
    .insertInto('usage_monthly')
    .values({ user_id: userId, year, month, ...none, unpriced_requests: 0, cost_usd: 0 })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'year', 'month'])
        .doUpdateSet({ requests: (row) => row.ref('usage_monthly.requests') }),
    )
    .returning('total_tokens')
    .executeTakeFirstOrThrow()
  return count('usage_monthly.total_tokens', Number(row.total_tokens))
}
