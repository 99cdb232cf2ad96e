/** Records that ended but are not stored yet: the newest in memory, the rest read back from their files. */

import { createReadBack, type Ended, type ReadBackParts } from './read-back.ts'
import type { Segment, Segments } from './segments.ts'

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

interface Parts extends ReadBackParts {
  /** Records beyond this number stay in their file only. */
  mostInMemory: number
}

export function createBacklog({ mostInMemory, ...parts }: Parts): Backlog {
  const { segments } = parts
  const readFrom = createReadBack(parts)
  let queue: Ended[] = []
  let unwritten: Ended[] = []
  /** Start of the records that are only in files; null if memory holds all of them. */
  let behind: { segment: number; position: number; sinceMs: number } | null = null
  let size = 0

  /** Reads records from the files until it finds some or memory holds all of them again. */
  const readBack = (): void => {
    while (behind !== null && queue.length === 0) {
      const segment = segments.find(behind.segment)
      if (segment !== undefined && behind.position < segment.bytes) {
        const read = readFrom(segment, behind.position)
        // The next attempt may be able to open it.
        if (read === null) return
        queue.push(...read.ended)
        behind.position += read.bytes
        continue
      }
      const next = segments.after(behind.segment)
      behind = next === undefined ? null : { ...behind, segment: next.number, position: 0 }
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
      for (const each of ended) release(segments, each)
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

/** A segment that no record needs any more can be removed. */
function release(segments: Segments, { beganIn, writtenIn }: Ended): void {
  if (beganIn !== null) beganIn.begun--
  if (writtenIn !== null) writtenIn.ended--
  if (beganIn !== null) segments.release(beganIn)
  if (writtenIn !== null && writtenIn !== beganIn) segments.release(writtenIn)
}
