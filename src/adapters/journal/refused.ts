/** Records that the store never takes: set aside, so that they don't hold up all that come after them. */
import { join } from 'node:path'
import type { UsageRecord } from '../../usage/record.ts'
import type { JournalFiles } from './files.ts'

export type Settle = (records: readonly UsageRecord[]) => Promise<number>

/** So many single records fail before the store itself is taken to be away. */
const MAX_FAILURES = 3

export interface Apart {
  /** How many were new. */
  stored: number
  refused: { record: UsageRecord; error: unknown }[]
}

/**
 * Settles each by itself. Null where the store takes none: then it is away, and no record is to
 * blame. In any order, so that a row of bad ones does not always come first.
 */
export async function settleIndividually(
  settle: Settle,
  records: readonly UsageRecord[],
): Promise<Apart | null> {
  const apart: Apart = { stored: 0, refused: [] }
  let good: UsageRecord | null = null
  const failed: UsageRecord[] = []
  for (const record of shuffled(records)) {
    try {
      apart.stored += await settle([record])
      good = record
    } catch {
      failed.push(record)
    }
    if (good === null && failed.length === MAX_FAILURES) return null
  }
  if (good === null) return null
  for (const record of failed) await judge(settle, record, good, apart)
  return apart
}

/**
 * The store may have gone away in the middle. It is the record's fault only where one that is stored
 * already is taken again right before and right after; else this throws, and all are tried again.
 */
async function judge(
  settle: Settle,
  record: UsageRecord,
  good: UsageRecord,
  apart: Apart,
): Promise<void> {
  await settle([good])
  try {
    apart.stored += await settle([record])
  } catch (error) {
    await settle([good])
    apart.refused.push({ record, error })
  }
}

/** One file each, also where an earlier process made it; throws where the disk takes nothing. */
export function setAside(folder: string, files: JournalFiles, record: UsageRecord): string {
  const name = `${record.requestId}.refused.json`
  const path = join(folder, name)
  if (files.list(folder).includes(name)) files.remove(path)
  const bytes = Buffer.from(`${JSON.stringify(record)}\n`)
  const file = files.create(path)
  try {
    const written = files.write(file, bytes, bytes.length)
    if (written < bytes.length) throw new Error(`${path} could not be written whole`)
  } finally {
    files.close(file)
  }
  return path
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item)
}
