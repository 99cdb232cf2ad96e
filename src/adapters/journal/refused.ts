/** Quarantines records that the store never accepts, so that they don't block the ones after them. */
import { join } from 'node:path'
import { OperatorError, STORE_CHANGES } from '../../core/operator-error.ts'
import type { UsageRecord } from '../../usage/record.ts'
import type { JournalFiles } from './files.ts'

export type Settle = (records: readonly UsageRecord[], lines?: readonly string[]) => Promise<number>

/** After this many records fail individually, the store itself counts as unavailable. */
const MAX_FAILURES = 3

export interface IndividualResults {
  /** How many were new. */
  stored: number
  refused: { record: UsageRecord; error: unknown }[]
}

/**
 * Settles each record individually. Null if the store accepts none: then it is unavailable and no record is at
 * fault. The order is random, so that a run of bad records does not always come first.
 */
export async function settleIndividually(
  settle: Settle,
  records: readonly UsageRecord[],
): Promise<IndividualResults | null> {
  const results: IndividualResults = { stored: 0, refused: [] }
  let good: UsageRecord | null = null
  const failed: UsageRecord[] = []
  for (const record of shuffled(records)) {
    try {
      results.stored += await settle([record])
      good = record
    } catch {
      failed.push(record)
    }
    if (good === null && failed.length === MAX_FAILURES) return null
  }
  if (good === null) return null
  for (const record of failed) await judge(settle, record, good, results)
  return results
}

/**
 * The store may have become unavailable midway. The record is at fault only if an already stored one is accepted
 * right before and right after, and its own error is not one of partitions that are being changed; otherwise this throws
 * and all are retried.
 */
async function judge(
  settle: Settle,
  record: UsageRecord,
  good: UsageRecord,
  results: IndividualResults,
): Promise<void> {
  await settle([good])
  try {
    results.stored += await settle([record])
  } catch (error) {
    if (error instanceof OperatorError && error.code === STORE_CHANGES) throw error
    await settle([good])
    results.refused.push({ record, error })
  }
}

/** Writes one file per record, overwriting one of an earlier process; throws if the disk can't be written. */
export function quarantineRecord(folder: string, files: JournalFiles, record: UsageRecord): string {
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
