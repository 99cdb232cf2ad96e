/** Times by half hour: to the first token, by upstream; and the gateway's own. */
import { bucketOf, overheadBucketOf } from '../../../usage/latency.ts'
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
      return [{ key: [slotOf(startedAtMs), upstream ?? '', bucketOf(firstTokenMs)], amounts: [1] }]
    }),
  )
}

export const OVERHEAD: BulkStatement = {
  table: 'usage_overhead',
  columns: { slot: 'text', bucket: 'integer', requests: 'bigint' },
  key: ['slot', 'bucket'],
  added: ['requests'],
}

/** Of requests that reached an upstream. */
export function overheadRows(records: readonly UsageRecord[]): BulkRow[] {
  return folded(
    records.flatMap(({ startedAtMs, attempts }) => {
      const ms = attempts[0]?.startedMs
      if (ms === undefined) return []
      return [{ key: [slotOf(startedAtMs), overheadBucketOf(ms)], amounts: [1] }]
    }),
  )
}

function slotOf(atMs: number): string {
  return slotText(Math.floor(atMs / SLOT_MS) * SLOT_MS)
}
