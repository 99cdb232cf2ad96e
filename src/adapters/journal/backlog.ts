/** Records that ended and are not in the store yet: the newest in memory, further ones read back from their files. */

import type { UsageRecord } from '../../usage/record.ts'
import { crc32 } from './crc32.ts'
import type { JournalFiles } from './files.ts'
import { cureOf } from './journal-fault.ts'
import { scanLines } from './scan.ts'
import type { Segment, Segments } from './segments.ts'

export interface Ended {
  record: UsageRecord
  /** Of its line; empty where it was read back. */
  content: string
  beganIn: Segment | null
  /** Null while it is not in a file. */
  writtenIn: Segment | null
}

export interface Backlog {
  add(ended: Ended): void
  /** Not in a file yet. */
  unwritten(): readonly Ended[]
  /** They now stand in this segment, from this position on. */
  written(segment: Segment, position: number): void
  /** The oldest; read back where memory has none. */
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
  /** More than this many are left in their file. */
  mostInMemory: number
}

const CHUNK_BYTES = 256 * 1024

export function createBacklog({ segments, files, onDamage, mostInMemory }: Parts): Backlog {
  let queue: Ended[] = []
  let unwritten: Ended[] = []
  /** Where the records begin that are only in files; null where memory has all. */
  let behind: { segment: number; position: number; sinceMs: number } | null = null
  let size = 0
  const chunk = new Uint8Array(CHUNK_BYTES)

  /** Takes records from the files until some are found or memory has all again. */
  const readBack = (): void => {
    while (behind !== null && queue.length === 0) {
      const segment = segments.find(behind.segment)
      if (segment !== undefined && behind.position < segment.bytes) {
        const read = readFrom(segment, behind.position)
        // The next look may open it.
        if (read === null) return
        behind.position += read
        continue
      }
      const next = segments.after(behind.segment)
      behind = next === undefined ? null : { ...behind, segment: next.number, position: 0 }
    }
  }
  /** How far; null where the file can't be opened for now. */
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
    // Unreadable, or no line in a whole chunk: the rest is left to the recovery of the next start.
    onDamage(segment, position, segment.bytes - position)
    return segment.bytes - position
  }
  /** Nothing where it can't be read, null where that will pass. */
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
      // Only where they can't be written for now: else a reading back would find them again.
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
      // Shows at once whether the files have any left; if not, what ends next stays in memory.
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

/** How many bytes were there. */
function readAt(files: JournalFiles, path: string, into: Uint8Array, position: number): number {
  const file = files.openToRead(path)
  try {
    return files.read(file, into, position)
  } finally {
    files.close(file)
  }
}
