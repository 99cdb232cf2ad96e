/** Reads records that ended back from the segment files, a chunk at a time. */
import type { UsageRecord } from '../../usage/record.ts'
import { crc32 } from './crc32.ts'
import type { JournalFiles } from './files.ts'
import { endContent } from './format.ts'
import { cureOf } from './journal-fault.ts'
import { scanLines } from './recovery/scan.ts'
import type { Segment, Segments } from './segments.ts'

export interface Ended {
  record: UsageRecord
  /** The line's content. */
  content: string
  beganIn: Segment | null
  /** Null until it is written to a file. */
  writtenIn: Segment | null
}

export interface ReadBackParts {
  segments: Segments
  files: JournalFiles
  onDamage: (segment: Segment, offset: number, length: number) => void
}

/** `bytes`: how far it read. Null if the file can't be opened for now. */
export type ReadBack = (
  segment: Segment,
  position: number,
) => { ended: Ended[]; bytes: number } | null

const CHUNK_BYTES = 256 * 1024

export function createReadBack({ segments, files, onDamage }: ReadBackParts): ReadBack {
  const chunk = new Uint8Array(CHUNK_BYTES)
  return (segment, position) => {
    const left = segment.bytes - position
    const bytes = bytesAt(files, segment.path, chunk.subarray(0, left), position)
    if (bytes === null) return null
    const { items, damage, read } = scanLines(bytes, crc32)
    for (const { offset, length } of damage) onDamage(segment, position + offset, length)
    const ended: Ended[] = []
    for (const item of items) {
      if (item.kind !== 'end') continue
      const { record } = item
      const content = endContent(record, item.beganIn)
      const beganIn = segments.find(item.beganIn) ?? null
      ended.push({ record, content, beganIn, writtenIn: segment })
    }
    // Unreadable, or no line in a whole chunk: the next start's recovery handles the rest.
    if (read === 0) onDamage(segment, position, left)
    return { ended, bytes: read > 0 ? read : left }
  }
}

/** Empty if the bytes can't be read, null if that is temporary. */
function bytesAt(
  files: JournalFiles,
  path: string,
  into: Uint8Array,
  position: number,
): Uint8Array | null {
  try {
    const file = files.openToRead(path)
    try {
      return into.subarray(0, files.read(file, into, position))
    } finally {
      files.close(file)
    }
  } catch (error) {
    return cureOf(error) === null ? into.subarray(0, 0) : null
  }
}
