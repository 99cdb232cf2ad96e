/** Records that ended but are not stored yet: the newest in memory, the rest read back from their files. */

import type { UsageRecord } from '../../usage/record.ts'
import { crc32 } from './crc32.ts'
import type { JournalFiles } from './files.ts'
import { cureOf } from './journal-fault.ts'
import { scanLines } from './recovery/scan.ts'
import type { Segment, Segments } from './segments.ts'

export interface Ended {
  record: UsageRecord
  /** The line's content; empty if the record was read back. */
  content: string
  beganIn: Segment | null
  /** Null until it is written to a file. */
  writtenIn: Segment | null
}

export interface Backlog {
  add(ended: Ended): void
  /** Records not written to a file yet. */
  unwritten(): readonly Ended[]
  /** Marks them as written to this segment, starting at this position. */
  written(segment: Segment, position: number): void
  /** The oldest records, read back from files if memory holds none. */
  next(most: number): Ended[]
  /** The store has them. */
  stored(ended: readonly Ended[]): void
  size(): number
  oldestEndedMs(): number | null
}

interface Parts {
  segments: Segments
  files: JournalFiles
  onDamage: (segment: Segment, offset: number, length: number) => void
  /** Records beyond this number stay in their file only. */
  mostInMemory: number
}

const CHUNK_BYTES = 256 * 1024

export function createBacklog({ segments, files, onDamage, mostInMemory }: Parts): Backlog {
  let queue: Ended[] = []
  let unwritten: Ended[] = []
  /** Start of the records that are only in files; null if memory holds all of them. */
  let behind: { segment: number; position: number; sinceMs: number } | null = null
  let size = 0
  const chunk = new Uint8Array(CHUNK_BYTES)

  /** Reads records from the files until it finds some or memory holds all of them again. */
  const readBack = (): void => {
    while (behind !== null && queue.length === 0) {
      const segment = segments.find(behind.segment)
      if (segment !== undefined && behind.position < segment.bytes) {
        const read = readFrom(segment, behind.position)
        // The next attempt may be able to open it.
        if (read === null) return
        behind.position += read
        continue
      }
      const next = segments.after(behind.segment)
      behind = next === undefined ? null : { ...behind, segment: next.number, position: 0 }
    }
  }
  /** How far it read; null if the file can't be opened for now. */
  const readFrom = (segment: Segment, position: number): number | null => {
    const bytes = bytesAt(segment, position)
    if (bytes === null) return null
    const { items, damage, read } = scanLines(bytes, crc32)
    for (const { offset, length } of damage) onDamage(segment, position + offset, length)
    for (const item of items) {
      if (item.kind !== 'end') continue
      const beganIn = segments.find(item.beganIn) ?? null
      queue.push({ record: item.record, content: '', beganIn, writtenIn: segment })
    }
    if (read > 0) return read
    // Unreadable, or no line in a whole chunk: the next start's recovery handles the rest.
    onDamage(segment, position, segment.bytes - position)
    return segment.bytes - position
  }
  /** Empty if the bytes can't be read, null if that is temporary. */
  const bytesAt = (segment: Segment, position: number): Uint8Array | null => {
    const wanted = chunk.subarray(0, Math.min(CHUNK_BYTES, segment.bytes - position))
    try {
      return wanted.subarray(0, readAt(files, segment.path, wanted, position))
    } catch (error) {
      return cureOf(error) === null ? wanted.subarray(0, 0) : null
    }
  }

  return {
    add(ended) {
      size++
      unwritten.push(ended)
    },
    unwritten: () => unwritten,
    written(segment, position) {
      for (const ended of unwritten) ended.writtenIn = segment
      segment.ended += unwritten.length
      if (behind === null && queue.length < mostInMemory) queue.push(...unwritten)
      else behind ??= { segment: segment.number, position, sinceMs: Date.now() }
      unwritten = []
    },
    next(most) {
      if (queue.length === 0) readBack()
      // Unwritten records only while they can't be written; otherwise a read-back would return them again.
      return queue.length > 0 ? queue.slice(0, most) : unwritten.slice(0, most)
    },
    stored(ended) {
      size -= ended.length
      const fromQueue = ended[0] === queue[0]
      if (fromQueue) queue = queue.slice(ended.length)
      else unwritten = unwritten.slice(ended.length)
      for (const { beganIn, writtenIn } of ended) {
        if (beganIn !== null) beganIn.begun--
        if (writtenIn !== null) writtenIn.ended--
        if (beganIn !== null) segments.release(beganIn)
        if (writtenIn !== null && writtenIn !== beganIn) segments.release(writtenIn)
      }
      // Checks whether the files hold any more; if not, records that end from now on stay in memory.
      if (queue.length === 0) readBack()
    },
    size: () => size,
    oldestEndedMs() {
      const oldest = queue[0] ?? (behind === null ? unwritten[0] : undefined)
      if (oldest !== undefined) return oldest.record.startedAtMs + oldest.record.durationMs
      return behind?.sinceMs ?? null
    },
  }
}

/** Returns the number of bytes read. */
function readAt(files: JournalFiles, path: string, into: Uint8Array, position: number): number {
  const file = files.openToRead(path)
  try {
    return files.read(file, into, position)
  } finally {
    files.close(file)
  }
}
