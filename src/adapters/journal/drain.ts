/** Brings records from the journal into the store, in batches, for as long as it takes. */

import type { UsageRecord } from '../../core/usage-record.ts'
import type { Logger } from '../../ports/logger.ts'
import type { UsageStore } from '../../ports/usage-store.ts'

/** The embedded store holds up the requests for as long as a batch takes, so it is small. */
export const BATCH = 250
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000

export type Settle = (records: readonly UsageRecord[]) => Promise<number>

/**
 * Settles a batch, again and again until the store takes it. Records are kept once by their request
 * id, so a batch that was stored although its answer was lost does no harm. Null: told to give up.
 */
export async function settleUntilStored(
  settle: Settle,
  records: readonly UsageRecord[],
  logger: Logger,
  givesUp: () => boolean,
): Promise<number | null> {
  let pauseMs = FIRST_PAUSE_MS
  for (;;) {
    try {
      const stored = await settle(records)
      if (pauseMs > FIRST_PAUSE_MS) logger.info({}, 'the store takes usage records again')
      return stored
    } catch (error) {
      if (givesUp()) return null
      logger.warn(
        { error: String(error), records: records.length, againInMs: pauseMs },
        'usage records not stored, but kept in the journal',
      )
    }
    await Bun.sleep(pauseMs)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

export function settleInto(store: UsageStore, instanceId: string): Settle {
  return (records) => store.settle(records, instanceId)
}

/** Lets requests through between two batches. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
