/** What the journal's functions share: its parts on one folder, and what has gone wrong so far. */
import { oncePerTick, type TickTask } from '../../core/batch-per-tick.ts'
import type { Logger } from '../../core/logger.ts'
import type { UsageStore } from '../../usage/store.ts'
import { type Backlog, createBacklog } from './backlog.ts'
import { type JournalFiles, journalFiles } from './files.ts'
import { createLineBuffer, type LineBuffer } from './line-buffer.ts'
import { createReserve, type Reserve } from './reserve.ts'
import { createSegments, type NumberedFile, type Segment, type Segments } from './segments.ts'
import { createSyncer, type Syncer, type SyncMode } from './syncer.ts'
import { createWriter, type Writer } from './writer.ts'

export interface JournalOptions {
  /** Used by this process alone. */
  folder: string
  sync: SyncMode
  store: UsageStore
  instanceId: string
  logger: Logger
  files?: JournalFiles
  segmentBytes?: number
  mostInMemory?: number
  /** The most records in one transaction. */
  batchRecords?: number
}

export interface JournalParts {
  readonly folder: string
  readonly sync: SyncMode
  readonly files: JournalFiles
  readonly logger: Logger
  readonly segments: Segments
  readonly syncer: Syncer
  readonly reserve: Reserve
  readonly writer: Writer
  readonly backlog: Backlog
  readonly lines: LineBuffer
  /** Request id → the segment that holds its BEGIN. */
  readonly open: Map<string, Segment>
  /** Writes all records that ended in this tick. */
  readonly flushing: TickTask
  readonly onDamage: OnDamage
  readonly counts: { syncFailures: number; damaged: number; refused: number }
}

type OnDamage = (where: { path: string; damaged: boolean }, offset: number, length: number) => void

const MAX_IN_MEMORY = 5_000

/** `left`: segments of earlier processes in the same folder. `flush` writes what ended in a tick. */
export function journalParts(
  options: JournalOptions,
  left: readonly NumberedFile[],
  flush: (parts: JournalParts) => void,
): JournalParts {
  const { folder, sync, logger, files = journalFiles, mostInMemory = MAX_IN_MEMORY } = options
  const counts = { syncFailures: 0, damaged: 0, refused: 0 }
  const onDamage: OnDamage = (where, offset, length) => {
    where.damaged = true
    counts.damaged++
    logger.error(
      { path: where.path, offset, bytes: length, keptAs: `${where.path}.damaged` },
      'usage journal damaged: these bytes are not records; the file is quarantined',
    )
  }
  const syncer = createSyncer(sync, folder, files, (error) => {
    counts.syncFailures++
    // Whatever the error, the data to be synced may be lost.
    writer.fault(error, 'failed')
  })
  const { segmentBytes } = options
  const segments = createSegments({ folder, files, onRetired: syncer.retired, left, segmentBytes })
  const reserve = createReserve(folder, files)
  const writer = createWriter({ segments, files, reserve, logger, onWritten: syncer.wrote })
  const parts: JournalParts = {
    ...{ folder, sync, files, logger, segments, syncer, reserve, writer, onDamage, counts },
    backlog: createBacklog({ segments, files, onDamage, mostInMemory }),
    lines: createLineBuffer(),
    open: new Map(),
    flushing: oncePerTick(() => flush(parts)),
  }
  return parts
}
