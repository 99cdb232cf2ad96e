/** The usage journal on disk: composes its parts and schedules their work. */

import type { Logger } from '../../core/logger.ts'
import type { Journal } from '../../usage/journal.ts'
import type { JournalEntry } from '../../usage/journal-entry.ts'
import type { UsageRecord } from '../../usage/record.ts'
import type { UsageStore } from '../../usage/store.ts'
import { createBacklog } from './backlog.ts'
import { onceATurn } from './batch-per-tick.ts'
import { BATCH, type Draining, nextTurn, settleUntilStored } from './drain.ts'
import { type JournalFiles, journalFiles } from './files.ts'
import { beginContent, endContent } from './format.ts'
import { faultOf, HEAL_EVERY_MS, journalUnavailable } from './journal-fault.ts'
import { createLineBuffer } from './line-buffer.ts'
import { recover } from './recover.ts'
import { setAside } from './refused.ts'
import { createReserve } from './reserve.ts'
import { createSegments, type NumberedFile, type Segment, segmentsIn } from './segments.ts'
import { createSyncer, type SyncMode } from './syncer.ts'
import { createWriter, type Writer, type Written } from './writer.ts'

export interface DiskJournal extends Journal {
  /** Resolves when an earlier process's records are in the store. */
  recovered: Promise<void>
  /** Stores what a dead process left in its own folder. False if that did not complete. */
  adopt(folder: string): Promise<boolean>
  /** Stores what is left, for at most this long; false if the rest has to wait for the next start. */
  stop(patienceMs: number): Promise<boolean>
}

export interface JournalParts {
  /** Used by this process alone. */
  folder: string
  sync: SyncMode
  store: UsageStore
  instanceId: string
  logger: Logger
  files?: JournalFiles
  segmentBytes?: number
  mostInMemory?: number
}

/** Also the interval between group syncs. */
const TICK_MS = 100
const MAX_IN_MEMORY = 5_000

export function openJournal(parts: JournalParts): DiskJournal {
  const { folder, sync, store, instanceId, logger, files = journalFiles } = parts
  files.makeFolder(folder)
  const left = segmentsIn(folder, files)
  let stopping = false
  let impatient = false
  let syncFailures = 0
  let damaged = 0
  let refused = 0
  const onDamage = (where: { path: string; damaged: boolean }, offset: number, length: number) => {
    where.damaged = true
    damaged++
    logger.error(
      { path: where.path, offset, bytes: length, keptAs: `${where.path}.damaged` },
      'usage journal damaged: these bytes are no records, and are set aside',
    )
  }
  const syncer = createSyncer(sync, folder, files, (error) => {
    syncFailures++
    // Whatever the error, the data to be synced may be lost.
    writer.fault(error, 'failed')
  })
  const segments = createSegments({
    folder,
    files,
    onRetired: syncer.retired,
    left,
    segmentBytes: parts.segmentBytes,
  })
  const reserve = createReserve(folder, files)
  const writer: Writer = createWriter({
    segments,
    files,
    reserve,
    logger,
    onWritten: syncer.wrote,
  })
  const backlog = createBacklog({
    segments,
    files,
    onDamage,
    mostInMemory: parts.mostInMemory ?? MAX_IN_MEMORY,
  })
  /** Request id → the segment that holds its BEGIN. */
  const open = new Map<string, Segment>()
  let flushing: NodeJS.Immediate | null = null
  const lines = createLineBuffer()

  /** Ended records that are not written yet go first, along with any other write. */
  const write = (begun: readonly JournalEntry[]): Written => {
    const unwritten = backlog.unwritten()
    lines.clear()
    for (const { content } of unwritten) lines.add(content)
    for (const entry of begun) lines.add(beginContent(entry))
    const written = writer.write(lines)
    if (unwritten.length > 0) backlog.written(written.segment, written.position)
    return written
  }
  const flush = (): void => {
    flushing = null
    if (backlog.unwritten().length === 0 || writer.state() === 'failed') return
    try {
      write([])
    } catch (error) {
      if (faultOf(error) === 'full' && reserve.giveUp()) flush()
    }
  }

  /**
   * Writes all entries of one event-loop turn at once, before their requests are sent: one write per entry costs
   * more than the rest of the journal, and would wake an idle upstream each time.
   */
  const writeBegin = onceATurn<JournalEntry>((entries) => {
    const segment = writeOrRefuse(entries)
    segment.begun += entries.length
    for (const { requestId } of entries) open.set(requestId, segment)
    if (sync !== 'always') return
    return syncer.synced().catch(() => {
      // It is unknown what reached the disk; a BEGIN that did is settled as lost.
      for (const { requestId } of entries) open.delete(requestId)
      throw journalUnavailable('failed')
    })
  })
  const writeOrRefuse = (entries: readonly JournalEntry[]): Segment => {
    try {
      return write(entries).segment
    } catch (error) {
      throw journalUnavailable(faultOf(error))
    }
  }

  const draining: Draining = {
    settle: (records) => store.settle(records, instanceId),
    logger,
    givesUp: () => impatient,
    onRefused(record, error) {
      const keptAs = setAside(folder, files, record)
      refused++
      logger.error(
        { requestId: record.requestId, error: String(error), keptAs },
        'usage record refused by the store, and set aside',
      )
    },
  }
  const settleSurely = (records: readonly UsageRecord[]) => settleUntilStored(draining, records)
  const drain = async (): Promise<void> => {
    await recovered
    for (;;) {
      flush()
      const batch = backlog.next(BATCH)
      if (batch.length === 0) return
      const stored = await settleSurely(batch.map(({ record }) => record))
      if (stored === null) return
      backlog.stored(batch)
      // Other records that ended wait for the next tick: a transaction for a few costs as much as one for hundreds.
      if (backlog.size() < BATCH && !stopping) return
      await nextTurn()
    }
  }
  let running: Promise<void> | null = null
  const keepDraining = (): Promise<void> => {
    running ??= drain()
      .catch((error) => logger.error({ error: String(error) }, 'usage journal not drained'))
      .finally(() => {
        running = null
      })
    return running
  }
  const recoverAll = (left: readonly NumberedFile[]): Promise<boolean> =>
    recover(left, { files, logger, settle: settleSurely, onDamage }).catch((error) => {
      logger.error({ error: String(error) }, 'usage journal not recovered')
      return false
    })
  const recovered = recoverAll(left).then(() => {})
  const ticking = setInterval(() => {
    void syncer.synced().catch(() => {})
    if (backlog.size() > 0) void keepDraining()
  }, TICK_MS)
  const healing = setInterval(() => {
    writer.heal()
    flush()
  }, HEAL_EVERY_MS)
  try {
    reserve.take()
  } catch (error) {
    writer.fault(error)
  }

  return {
    recovered,
    adopt: (other) => recoverAll(segmentsIn(other, files)),
    begin(entry) {
      const state = writer.state()
      if (state !== 'healthy') throw journalUnavailable(state)
      return writeBegin(entry)
    },
    end(record) {
      const beganIn = open.get(record.requestId) ?? null
      open.delete(record.requestId)
      const content = endContent(record, beganIn?.number ?? 0)
      backlog.add({ record, content, beganIn, writtenIn: null })
      // One write for all records that end in this turn.
      flushing ??= setImmediate(flush)
    },
    health() {
      const oldestMs = backlog.oldestEndedMs()
      return {
        state: writer.state(),
        waitingRecords: backlog.size(),
        oldestWaitingMs: oldestMs === null ? 0 : Math.max(0, Date.now() - oldestMs),
        bytes: segments.bytes(),
        syncFailures,
        damaged,
        refused,
      }
    },
    async stop(patienceMs) {
      stopping = true
      const patience = setTimeout(() => {
        impatient = true
      }, patienceMs)
      await keepDraining()
      await keepDraining()
      clearTimeout(patience)
      clearInterval(ticking)
      clearInterval(healing)
      if (flushing !== null) clearImmediate(flushing)
      flush()
      segments.retire()
      await syncer.synced().catch(() => {})
      syncer.close()
      reserve.remove()
      const waiting = backlog.size()
      if (waiting > 0)
        logger.warn({ records: waiting }, 'usage records wait in the journal for the next start')
      return segmentsIn(folder, files).length === 0
    },
  }
}
