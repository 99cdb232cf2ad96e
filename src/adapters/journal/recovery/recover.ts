/** At startup, stores what an earlier process left in its journal and settles its unfinished requests. */
import { type JournalEntry, lostRecord } from '../../../usage/journal-entry.ts'
import type { UsageRecord } from '../../../usage/record.ts'
import type { JournalItem } from '../format.ts'
import { type NumberedFile, quarantineOrRemove } from '../segments.ts'
import { BATCH, nextTick } from '../settle-batch.ts'
import { itemsIn, type Left, type LeftReader } from './read-left.ts'

interface Parts extends LeftReader {
  /** Returns how many were new; null if the gateway stops before the store was reachable. */
  settle: (records: readonly UsageRecord[]) => Promise<number | null>
}

interface Findings {
  /** BEGINs without a matching END so far. An END stored earlier may have been removed with its segment. */
  open: Map<string, JournalEntry>
  ended: UsageRecord[]
  stored: number
}

/** Resolves to false if not all could be stored; the next start then reads the segments again. */
export async function recover(left: readonly NumberedFile[], parts: Parts): Promise<boolean> {
  const { files, logger, settle } = parts
  const startedMs = performance.now()
  const found: Findings = { open: new Map(), ended: [], stored: 0 }
  const segments = left.map(leftAt)
  for (const segment of segments) {
    for (const items of itemsIn(segment, parts)) {
      for (const item of items) take(item, found)
      if (!(await storeEnded(found, settle, BATCH))) return false
      await nextTick()
    }
  }
  if (!(await storeEnded(found, settle, 1))) return false
  const ended = found.stored
  // The unopenable segment may hold their ENDs, so the others stay as well.
  if (segments.some(({ shut }) => shut)) return false
  found.ended = [...found.open.values()].map(lostRecord)
  if (!(await storeEnded(found, settle, 1))) return false
  for (const segment of segments) quarantineOrRemove(segment, files)
  if (segments.length > 0) {
    const lost = found.stored - ended
    const tookMs = Math.round(performance.now() - startedMs)
    const fields = { segments: segments.length, ended, lost, tornBytes: tornIn(segments), tookMs }
    logger.info(fields, 'usage journal recovered')
  }
  return true
}

function leftAt({ number, path }: NumberedFile, at: number, all: readonly NumberedFile[]): Left {
  const last = all[at + 1]?.number !== number + 1
  return { path, last, tornBytes: 0, damaged: false, shut: false }
}

function tornIn(segments: readonly Left[]): number {
  return segments.reduce((sum, { tornBytes }) => sum + tornBytes, 0)
}

function take(item: JournalItem, found: Findings): void {
  if (item.kind === 'begin') {
    found.open.set(item.entry.requestId, item.entry)
    return
  }
  found.open.delete(item.record.requestId)
  found.ended.push(item.record)
}

/** Stores whole batches while at least `least` records are left. */
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
    await nextTick()
  }
  return true
}
