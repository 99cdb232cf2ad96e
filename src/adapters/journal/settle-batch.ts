/** Stores a batch of records, retrying until the store accepts it. */

import type { Logger } from '../../core/logger.ts'
import type { UsageRecord } from '../../usage/record.ts'
import { type Settle, settleIndividually } from './refused.ts'

/** Where this thread makes the rows of a batch: one or two milliseconds during which no request is served. */
export const BATCH = 500
const FIRST_PAUSE_MS = 50
const MAX_PAUSE_MS = 2_000
/** A store is often briefly unavailable; a record it never accepts is the exception. */
const TRIES_BEFORE_INDIVIDUAL = 4

export interface SettleRules {
  settle: Settle
  logger: Logger
  /** True once failures should no longer be retried. */
  givesUp: () => boolean
  /** Throws if the record can't be kept elsewhere. */
  onRefused: (record: UsageRecord, error: unknown) => void
}

/**
 * Settles a batch, retrying until the store accepts it. Records are unique by request id, so a batch that was
 * stored but whose answer was lost does no harm. Null: gave up.
 */
export async function settleUntilStored(
  { settle, logger, givesUp, onRefused }: SettleRules,
  records: readonly UsageRecord[],
  lines?: readonly string[],
): Promise<number | null> {
  let pauseMs = FIRST_PAUSE_MS
  for (let tries = 1; ; tries++) {
    try {
      const individually =
        tries % TRIES_BEFORE_INDIVIDUAL === 0 ? await settleIndividually(settle, records) : null
      const { stored, refused } = individually ?? {
        stored: await settle(records, lines),
        refused: [],
      }
      for (const { record, error } of refused) onRefused(record, error)
      if (tries > 1) logger.info({}, 'the store accepts usage records again')
      return stored
    } catch (error) {
      if (givesUp()) return null
      logger.warn(
        { error: String(error), records: records.length, againInMs: pauseMs },
        'usage records not stored, but kept in the journal',
      )
    }
    await Bun.sleep(pauseMs)
    pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)
  }
}

/** Lets requests run between two batches. */
export function nextTick(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
