/** Reads a segment that an earlier process left: its records and any damage. */

import type { Logger } from '../../../core/logger.ts'
import { crc32 } from '../crc32.ts'
import type { JournalFiles } from '../files.ts'
import type { JournalItem } from '../format.ts'
import { codeOf, cureOf } from '../journal-fault.ts'
import { scanLines, scanTail } from './scan.ts'

const CHUNK_BYTES = 128 * 1024

export interface Left {
  path: string
  /** The process was still writing this segment when it ended, so its last line may be torn. */
  last: boolean
  /** Length of the torn line. */
  tornBytes: number
  damaged: boolean
  /** It can't be opened, although the file itself is intact. */
  shut: boolean
}

export interface LeftReader {
  files: JournalFiles
  logger: Logger
  onDamage: (left: Left, offset: number, length: number) => void
}

/** Reads in chunks, so that a long journal neither fills memory nor blocks requests. */
export function* itemsIn(left: Left, reading: LeftReader): Generator<JournalItem[]> {
  const file = opened(left, reading)
  if (file === null) return
  const { files, logger, onDamage } = reading
  let rest = new Uint8Array(0)
  let position = 0
  let size = 0
  try {
    size = files.size(file)
    while (position < size) {
      const chunk = new Uint8Array(Math.min(CHUNK_BYTES, size - position))
      const length = files.read(file, chunk, position)
      if (length === 0) break
      const start = position - rest.length
      const bytes = joined(rest, chunk.subarray(0, length))
      const { items, damage, read } = scanLines(bytes, crc32)
      for (const { offset, length } of damage) onDamage(left, start + offset, length)
      position += length
      rest = bytes.slice(read)
      yield items
    }
    if (rest.length > 0) yield tailOf(rest, left, { file, size }, reading)
  } catch (error) {
    logger.error({ path: left.path, error: codeOf(error) }, 'usage journal: a file cannot be read')
    onDamage(left, position, size - position)
  } finally {
    files.close(file)
  }
}

function opened(left: Left, { files, logger, onDamage }: LeftReader): number | null {
  try {
    return files.openToRead(left.path)
  } catch (error) {
    const remedy = cureOf(error)
    const about = { path: left.path, error: codeOf(error) }
    if (remedy === null) {
      logger.error(about, 'usage journal: a file cannot be read')
      onDamage(left, 0, 0)
    } else {
      left.shut = true
      logger.error(
        { ...about, remedy },
        'usage journal: a file of an earlier run cannot be opened; it stays, and its records are stored at the first start that can',
      )
    }
    return null
  }
}

/** A torn last line is dropped; in an older segment nothing was being written, so there it is damage. */
function tailOf(
  rest: Uint8Array,
  left: Left,
  { file, size }: { file: number; size: number },
  { files, onDamage }: LeftReader,
): JournalItem[] {
  const { items, torn } = scanTail(rest, crc32)
  if (torn > 0 && left.last) {
    left.tornBytes = torn
    // If this start fails midway, the next one must not take the torn line for damage.
    if (items.length === 0) files.truncate(file, size - torn)
  } else if (torn > 0) onDamage(left, size - torn, torn)
  return items
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}
