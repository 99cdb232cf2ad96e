/** Brings records from the journal into the store, in batches, for as long as it takes. */

import type { Logger } from '../../core/logger.ts'
import type { UsageRecord } from '../../usage/record.ts'
import { type Apart, type Settle, settleIndividually } from './refused.ts'

/** The embedded store holds up the requests for as long as a batch takes: some milliseconds. */
export const BATCH = 500
const FIRST_PAUSE_MS = 50
const MAX_PAUSE_MS = 2_000
/** A store that is away for a moment is the rule; a record that it never takes is not. */
const TRIES_BEFORE_APART = 4

export interface Draining {
  settle: Settle
  logger: Logger
  /** From when on a failure is no longer waited for. */
  givesUp: () => boolean
  /** Throws where it can't be kept elsewhere. */
  onRefused: (record: UsageRecord, error: unknown) => void
}

/**
 * Settles a batch, again and again until the store takes it. Records are kept once by their request
 * id, so a batch that was stored although its answer was lost does no harm. Null: given up.
 */
export async function settleUntilStored(
  { settle, logger, givesUp, onRefused }: Draining,
  records: readonly UsageRecord[],
): Promise<number | null> {
  let pauseMs = FIRST_PAUSE_MS
  for (let tries = 1; ; tries++) {
    try {
      const apart =
        tries % TRIES_BEFORE_APART === 0 ? await settleIndividually(settle, records) : null
      const { stored, refused } = apart ?? (await together(settle, records))
      for (const { record, error } of refused) onRefused(record, error)
      if (tries > 1) logger.info({}, 'the store takes usage records again')
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

async function together(settle: Settle, records: readonly UsageRecord[]): Promise<Apart> {
  return { stored: await settle(records), refused: [] }
}

/** Lets requests through between two batches. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
