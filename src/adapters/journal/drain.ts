/** Moves ended records from the journal into the store, in the background. */
import type { UsageRecord } from '../../usage/record.ts'
import type { JournalParts } from './parts.ts'
import { BATCH, nextTick, type SettleRules, settleUntilStored } from './settle-batch.ts'

export interface JournalDrain {
  /** Returns how many were new; null if the store stayed unavailable until the journal was stopped. */
  settle(records: readonly UsageRecord[]): Promise<number | null>
  /** Resolves when nothing more can be stored for now. Concurrent calls share one run. */
  run(): Promise<void>
  /** From now on small batches are stored as well. */
  finish(): void
  /** From now on a store that is unavailable is not waited for. */
  giveUp(): void
}

interface DrainRules extends Omit<SettleRules, 'logger' | 'givesUp'> {
  batchRecords: number | undefined
}

/** Nothing is drained before `recovered` resolves. */
export function createJournalDrain(
  { backlog, flushing, logger }: JournalParts,
  { batchRecords = BATCH, ...rules }: DrainRules,
  recovered: () => Promise<void>,
): JournalDrain {
  let finishing = false
  let impatient = false
  let running: Promise<void> | null = null
  const settling: SettleRules = { ...rules, logger, givesUp: () => impatient }

  const drainAll = async (): Promise<void> => {
    await recovered()
    for (;;) {
      flushing.runNow()
      const batch = backlog.next(batchRecords)
      if (batch.length === 0) return
      const records = batch.map(({ record }) => record)
      const lines = batch.map(({ content }) => content)
      if ((await settleUntilStored(settling, records, lines)) === null) return
      backlog.stored(batch)
      // Other records that ended wait for the next run: a transaction for a few costs as much as one for hundreds.
      if (backlog.size() < batchRecords && !finishing) return
      await nextTick()
    }
  }

  return {
    settle: (records) => settleUntilStored(settling, records),
    run() {
      running ??= drainAll()
        .catch((error) => logger.error({ error: String(error) }, 'usage journal not drained'))
        .finally(() => {
          running = null
        })
      return running
    },
    finish() {
      finishing = true
    },
    giveUp() {
      impatient = true
    },
  }
}
