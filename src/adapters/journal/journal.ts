/** The usage journal on disk: composes its parts and schedules their work. */
import { batchPerTick } from '../../core/batch-per-tick.ts'
import type { Journal, JournalHealth } from '../../usage/journal.ts'
import type { JournalEntry } from '../../usage/journal-entry.ts'
import type { UsageRecord } from '../../usage/record.ts'
import { addEnded, flush, writeBegins } from './append.ts'
import { createJournalDrain, type JournalDrain } from './drain.ts'
import { journalFiles } from './files.ts'
import { HEAL_EVERY_MS, journalUnavailable } from './journal-fault.ts'
import { type JournalOptions, type JournalParts, journalParts } from './parts.ts'
import { recover } from './recovery/recover.ts'
import { quarantineRecord } from './refused.ts'
import { type NumberedFile, segmentsIn } from './segments.ts'

export type { JournalOptions } from './parts.ts'

export interface DiskJournal extends Journal {
  /** Resolves when an earlier process's records are in the store. */
  recovered: Promise<void>
  /** Stores what a dead process left in its own folder. False if that did not complete. */
  adopt(folder: string): Promise<boolean>
  /** Stores what is left, for at most this long; false if the rest has to wait for the next start. */
  stop(patienceMs: number): Promise<boolean>
}

/** Also the interval between group syncs. */
const TICK_MS = 100

export function openJournal(options: JournalOptions): DiskJournal {
  const { folder, store, instanceId, batchRecords, files = journalFiles } = options
  files.makeFolder(folder)
  const left = segmentsIn(folder, files)
  const parts = journalParts(options, left, flush)
  const drain = createJournalDrain(
    parts,
    {
      batchRecords,
      settle: (records, lines) => store.settle(records, instanceId, lines),
      onRefused: (record, error) => quarantine(parts, record, error),
    },
    () => recovered,
  )
  const recovered = recoverAll(parts, drain, left).then(() => {})
  const timers = startTimers(parts, drain)
  takeReserve(parts)
  /**
   * Writes all entries of one event-loop tick at once, before their requests are sent: one write per entry costs
   * more than the rest of the journal, and would wake an idle upstream each time.
   */
  const begin = batchPerTick<JournalEntry>((entries) => writeBegins(parts, entries))

  return {
    recovered,
    adopt: (other) => recoverAll(parts, drain, segmentsIn(other, files)),
    begin(entry) {
      const state = parts.writer.state()
      if (state !== 'healthy') throw journalUnavailable(state)
      return begin(entry)
    },
    end: (record) => addEnded(parts, record),
    health: () => healthOf(parts),
    async stop(patienceMs) {
      await drainForGood(drain, patienceMs)
      for (const timer of timers) clearInterval(timer)
      return closeJournal(parts)
    },
  }
}

/** Keeps a record that the store never accepts as a file of its own; throws if the disk can't be written. */
function quarantine(parts: JournalParts, record: UsageRecord, error: unknown): void {
  const { folder, files, logger, counts } = parts
  const keptAs = quarantineRecord(folder, files, record)
  counts.refused++
  logger.error(
    { requestId: record.requestId, error: String(error), keptAs },
    'usage record refused by the store, and quarantined',
  )
}

function recoverAll(
  { files, logger, onDamage }: JournalParts,
  { settle }: JournalDrain,
  left: readonly NumberedFile[],
): Promise<boolean> {
  return recover(left, { files, logger, settle, onDamage }).catch((error) => {
    logger.error({ error: String(error) }, 'usage journal not recovered')
    return false
  })
}

function startTimers({ syncer, backlog, writer, flushing }: JournalParts, drain: JournalDrain) {
  const ticking = setInterval(() => {
    void syncer.synced().catch(() => {})
    if (backlog.size() > 0) void drain.run()
  }, TICK_MS)
  const healing = setInterval(() => {
    writer.heal()
    flushing.runNow()
  }, HEAL_EVERY_MS)
  return [ticking, healing]
}

function takeReserve({ reserve, writer }: JournalParts): void {
  try {
    reserve.take()
  } catch (error) {
    writer.fault(error)
  }
}

function healthOf({ writer, backlog, segments, counts }: JournalParts): JournalHealth {
  const oldestMs = backlog.oldestEndedMs()
  return {
    state: writer.state(),
    waitingRecords: backlog.size(),
    oldestWaitingMs: oldestMs === null ? 0 : Math.max(0, Date.now() - oldestMs),
    bytes: segments.bytes(),
    ...counts,
  }
}

/** A run in progress may end early; the second one takes the rest. */
async function drainForGood(drain: JournalDrain, patienceMs: number): Promise<void> {
  drain.finish()
  const patience = setTimeout(drain.giveUp, patienceMs)
  await drain.run()
  await drain.run()
  clearTimeout(patience)
}

/** False if records are left for the next start. */
async function closeJournal(parts: JournalParts): Promise<boolean> {
  const { folder, files, logger, segments, syncer, reserve, backlog, flushing } = parts
  flushing.runNow()
  segments.retire()
  await syncer.synced().catch(() => {})
  syncer.close()
  reserve.remove()
  const waiting = backlog.size()
  if (waiting > 0)
    logger.warn({ records: waiting }, 'usage records wait in the journal for the next start')
  return segmentsIn(folder, files).length === 0
}
