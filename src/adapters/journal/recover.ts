/** After a start: stores what an earlier process left in its journal, and settles what it never ended. */
import { type JournalEntry, lostRecord } from '../../core/journal-entry.ts'
import type { JournalItem } from '../../core/journal-format.ts'
import { scanLines, scanTail } from '../../core/journal-scan.ts'
import type { UsageRecord } from '../../core/usage-record.ts'
import type { Logger } from '../../ports/logger.ts'
import { crc32 } from './crc32.ts'
import { BATCH, nextTurn } from './drain.ts'
import type { JournalFiles } from './files.ts'
import { codeOf } from './journal-fault.ts'
import { setAsideOrRemove } from './segments.ts'

const CHUNK_BYTES = 128 * 1024

export interface Left {
  path: string
  damaged: boolean
}

interface Parts {
  files: JournalFiles
  logger: Logger
  /** How many were new; null where the gateway stops before the store could be reached. */
  settle: (records: readonly UsageRecord[]) => Promise<number | null>
  onDamage: (left: Left, offset: number, length: number) => void
}

interface Findings {
  /** Began, and not seen to end. Ends that were stored before may be gone with their segment. */
  open: Map<string, JournalEntry>
  ended: UsageRecord[]
  stored: number
  torn: number
}

/** Resolves to false where it was given up; the segments are then read again at the next start. */
export async function recover(paths: readonly string[], parts: Parts): Promise<boolean> {
  const { files, logger, settle } = parts
  const startedMs = performance.now()
  const found: Findings = { open: new Map(), ended: [], stored: 0, torn: 0 }
  const segments = paths.map((path) => ({ path, damaged: false }))
  for (const segment of segments) {
    const newest = segment === segments.at(-1)
    for (const items of itemsIn(segment, newest, found, parts)) {
      for (const item of items) take(item, found)
      if (!(await storeEnded(found, settle, BATCH))) return false
      await nextTurn()
    }
  }
  if (!(await storeEnded(found, settle, 1))) return false
  const ended = found.stored
  found.ended = [...found.open.values()].map(lostRecord)
  if (!(await storeEnded(found, settle, 1))) return false
  for (const segment of segments) setAsideOrRemove(segment, files)
  if (segments.length > 0) {
    const lost = found.stored - ended
    const tookMs = Math.round(performance.now() - startedMs)
    const fields = { segments: segments.length, ended, lost, tornBytes: found.torn, tookMs }
    logger.info(fields, 'usage journal recovered')
  }
  return true
}

function take(item: JournalItem, found: Findings): void {
  if (item.kind === 'begin') {
    found.open.set(item.entry.requestId, item.entry)
    return
  }
  found.open.delete(item.record.requestId)
  found.ended.push(item.record)
}

/** In whole batches, as long as there are at least `least`. */
async function storeEnded(
  found: Findings,
  settle: Parts['settle'],
  least: number,
): Promise<boolean> {
  while (found.ended.length >= least) {
    const stored = await settle(found.ended.slice(0, BATCH))
    if (stored === null) return false
    found.stored += stored
    found.ended = found.ended.slice(BATCH)
    await nextTurn()
  }
  return true
}

/** Chunk by chunk, so that a long journal is neither held in memory nor in the way of requests. */
function* itemsIn(
  left: Left,
  newest: boolean,
  found: Findings,
  { files, logger, onDamage }: Parts,
): Generator<JournalItem[]> {
  let rest = new Uint8Array(0)
  let position = 0
  let size = 0
  try {
    const file = files.openToRead(left.path)
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
      if (rest.length > 0) yield tailOf(rest, left, newest, found, size, { files, file, onDamage })
    } finally {
      files.close(file)
    }
  } catch (error) {
    logger.error({ path: left.path, error: codeOf(error) }, 'usage journal: a file cannot be read')
    onDamage(left, position, size - position)
  }
}

/** A line that was being written is dropped; in an older segment nothing was, so there it is damage. */
function tailOf(
  rest: Uint8Array,
  left: Left,
  newest: boolean,
  found: Findings,
  size: number,
  { files, file, onDamage }: Pick<Parts, 'files' | 'onDamage'> & { file: number },
): JournalItem[] {
  const { items, torn } = scanTail(rest, crc32)
  if (torn > 0 && newest) {
    found.torn += torn
    // Should this start not come to its end, the next one must not take it for damage.
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
