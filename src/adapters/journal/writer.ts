/** Appends to the newest segment, all lines or none, and tracks whether the disk is writable. */

import type { Logger } from '../../core/logger.ts'
import type { JournalState } from '../../usage/journal.ts'
import type { JournalFiles } from './files.ts'
import { codeOf, type FaultState, faultOf } from './journal-fault.ts'
import type { LineBuffer } from './line-buffer.ts'
import type { Reserve } from './reserve.ts'
import type { Segment, Segments } from './segments.ts'

/** Where the lines were written. */
export interface Written {
  segment: Segment
  position: number
}

export interface Writer {
  state(): JournalState
  /** Throws unless everything was written; in that case nothing was. */
  write(lines: LineBuffer): Written
  /** Checks whether a full or read-only disk is writable again. */
  heal(): void
  /** Reports a failure other than a write's. */
  fault(error: unknown, state?: FaultState): void
}

interface Parts {
  segments: Segments
  files: JournalFiles
  reserve: Reserve
  logger: Logger
  onWritten: (segment: Segment) => void
}

export function createWriter({ segments, files, reserve, logger, onWritten }: Parts): Writer {
  let state: JournalState = 'healthy'

  const become = (next: FaultState, error: unknown): void => {
    if (state === next || state === 'failed') return
    state = next
    logger.error(
      { state, error: codeOf(error) },
      'usage journal cannot be written: new requests are refused',
    )
  }
  const append = (segment: Segment, bytes: Buffer, length: number): void => {
    let done = 0
    try {
      while (done < length) {
        const rest = done === 0 ? bytes : bytes.subarray(done)
        done += files.write(segment.file, rest, length - done)
      }
    } catch (error) {
      if (done > 0) undo(segment)
      throw error
    }
    segment.bytes += length
  }
  /** A partial line in the middle would look like damage. */
  const undo = (segment: Segment): void => {
    try {
      files.truncate(segment.file, segment.bytes)
    } catch {
      segments.retire()
    }
  }

  return {
    state: () => state,
    write(lines) {
      try {
        const segment = segments.active()
        const position = segment.bytes
        append(segment, lines.bytes(), lines.length())
        onWritten(segment)
        return { segment, position }
      } catch (error) {
        become(faultOf(error), error)
        throw error
      }
    },
    heal() {
      if (state === 'healthy' || state === 'failed') return
      try {
        reserve.take()
      } catch (error) {
        become(faultOf(error), error)
        return
      }
      state = 'healthy'
      logger.info({}, 'usage journal can be written again')
    },
    fault: (error, next = faultOf(error)) => become(next, error),
  }
}
