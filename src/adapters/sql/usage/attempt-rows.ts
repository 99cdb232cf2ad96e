/** Attempts by half hour and upstream key, also those of requests that another upstream then answered. */
import { FAULTS_OF_UPSTREAMS } from '../../../core/failure.ts'
import type { AttemptNote, UsageRecord } from '../../../usage/record.ts'
import type { BulkRow } from './bulk-rows.ts'
import type { BulkStatement } from './bulk-statement.ts'
import { SLOT_MS } from './day-sums.ts'
import { folded, type MadeRow } from './folded-rows.ts'
import { slotText } from './usage-sums.ts'

export const ATTEMPTS: BulkStatement = {
  table: 'usage_attempts',
  columns: { slot: 'text', upstream_key_id: 'integer', attempts: 'bigint', failures: 'bigint' },
  key: ['slot', 'upstream_key_id'],
  added: ['attempts', 'failures'],
}

export function attemptRows(records: readonly UsageRecord[]): BulkRow[] {
  const counts = new Map<number, Map<number, MadeRow>>()
  for (const { startedAtMs, attempts } of records) {
    const slot = Math.floor(startedAtMs / SLOT_MS)
    for (const attempt of attempts) {
      const ofSlot = counts.get(slot) ?? new Map<number, MadeRow>()
      counts.set(slot, ofSlot)
      const { upstreamKeyId } = attempt
      const row = ofSlot.get(upstreamKeyId) ?? [slotText(slot * SLOT_MS), upstreamKeyId, 0, 0]
      ofSlot.set(upstreamKeyId, row)
      row[2] = Number(row[2]) + 1
      if (isFault(attempt)) row[3] = Number(row[3]) + 1
    }
  }
  const rows = [...counts.values()].flatMap((ofSlot) => [...ofSlot.values()])
  return folded(rows, ATTEMPTS.key.length)
}

/** A client that left, a hedge that lost and a request that any key would refuse say nothing about the upstream. */
function isFault({ failure }: AttemptNote): boolean {
  if (failure === null) return false
  return FAULTS_OF_UPSTREAMS.has(failure.slice(0, failure.indexOf(':')))
}
