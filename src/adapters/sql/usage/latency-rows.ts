/** Time to first token, by half hour and upstream. */
import { bucketOf } from '../../../usage/latency.ts'
import type { UsageRecord } from '../../../usage/record.ts'
import type { BulkRow } from './bulk-rows.ts'
import type { BulkStatement } from './bulk-statement.ts'
import { SLOT_MS } from './day-sums.ts'
import { folded } from './folded-rows.ts'
import { slotText } from './usage-sums.ts'

export const LATENCY: BulkStatement = {
  table: 'usage_latency',
  columns: { slot: 'text', upstream: 'text', bucket: 'integer', requests: 'bigint' },
  key: ['slot', 'upstream', 'bucket'],
  added: ['requests'],
}

export function latencyRows(records: readonly UsageRecord[]): BulkRow[] {
  return folded(
    records.flatMap(({ startedAtMs, upstream, firstTokenMs }) => {
      if (firstTokenMs === null) return []
      const slot = slotText(Math.floor(startedAtMs / SLOT_MS) * SLOT_MS)
      return [{ key: [slot, upstream ?? '', bucketOf(firstTokenMs)], amounts: [1] }]
    }),
  )
}
