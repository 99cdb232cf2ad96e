/** Appends the lines of requests that begin and of requests that ended. */
import type { JournalEntry } from '../../usage/journal-entry.ts'
import type { UsageRecord } from '../../usage/record.ts'
import { beginContent, endContent } from './format.ts'
import { faultOf, journalUnavailable } from './journal-fault.ts'
import type { JournalParts } from './parts.ts'
import type { Written } from './writer.ts'

/** Ended records that are not written yet go first, along with any other write. */
function write(parts: JournalParts, begun: readonly JournalEntry[]): Written {
  const { backlog, lines, writer } = parts
  const unwritten = backlog.unwritten()
  lines.clear()
  for (const { content } of unwritten) lines.add(content)
  for (const entry of begun) lines.add(beginContent(entry))
  const written = writer.write(lines)
  if (unwritten.length > 0) backlog.written(written.segment, written.position)
  return written
}

/** Writes the records that ended; if the disk is full, they use the reserved space. */
export function flush(parts: JournalParts): void {
  const { backlog, writer, reserve } = parts
  if (backlog.unwritten().length === 0 || writer.state() === 'failed') return
  try {
    write(parts, [])
  } catch (error) {
    if (faultOf(error) === 'full' && reserve.giveUp()) flush(parts)
  }
}

/** Throws or rejects with `journal_unavailable` if the entries are not written, or not synced where they have to be. */
export function writeBegins(
  parts: JournalParts,
  entries: readonly JournalEntry[],
): Promise<void> | undefined {
  const { open, sync, syncer } = parts
  const { segment } = writeOrRefuse(parts, entries)
  segment.begun += entries.length
  for (const { requestId } of entries) open.set(requestId, segment)
  if (sync !== 'always') return
  return syncer.synced().catch(() => {
    // It is unknown what reached the disk; a BEGIN that did is settled as lost.
    for (const { requestId } of entries) open.delete(requestId)
    throw journalUnavailable('failed')
  })
}

function writeOrRefuse(parts: JournalParts, entries: readonly JournalEntry[]): Written {
  try {
    return write(parts, entries)
  } catch (error) {
    throw journalUnavailable(faultOf(error))
  }
}

/** The record is written at the end of this tick, together with all others that end in it. */
export function addEnded({ open, backlog, flushing }: JournalParts, record: UsageRecord): void {
  const beganIn = open.get(record.requestId) ?? null
  open.delete(record.requestId)
  const content = endContent(record, beganIn?.number ?? 0)
  backlog.add({ record, content, beganIn, writtenIn: null })
  flushing.schedule()
}
