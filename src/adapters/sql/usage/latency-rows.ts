/** Times by half hour: to the first token, by upstream and of all; and the gateway's own. */
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
  const counts = new Map<string, SlotCounts>()
  for (const { startedAtMs, upstream, firstTokenMs } of records) {
    if (firstTokenMs === null) continue
    const name = upstream ?? ''
    const ofUpstream: SlotCounts = counts.get(name) ?? new Map()
    counts.set(name, ofUpstream)
    count(ofUpstream, startedAtMs, bucketOf(firstTokenMs))
  }
  const rows = [...counts].flatMap(([upstream, ofUpstream]) =>
    counted(ofUpstream).map(({ slot, bucket, requests }) => [slot, upstream, bucket, requests]),
  )
  return folded(rows, LATENCY.key.length)
}

function ofAllUpstreams(table: string): BulkStatement {
  return {
    table,
    columns: { slot: 'text', bucket: 'integer', requests: 'bigint' },
    key: ['slot', 'bucket'],
    added: ['requests'],
  }
}

export const FIRST_TOKEN = ofAllUpstreams('usage_first_token')
export const OVERHEAD = ofAllUpstreams('usage_overhead')

/** Of all upstreams, from the rows of each. */
export function firstTokenRows(latency: readonly BulkRow[]): BulkRow[] {
  const rows = latency.map(([slot = null, , bucket = null, requests = null]) => [
    ...[slot, bucket, requests],
  ])
  return folded(rows, FIRST_TOKEN.key.length)
}

/** Of requests that reached an upstream. */
export function overheadRows(records: readonly UsageRecord[]): BulkRow[] {
  const counts: SlotCounts = new Map()
  for (const { startedAtMs, attempts } of records) {
    const ms = attempts[0]?.startedMs
    if (ms !== undefined) count(counts, startedAtMs, overheadBucketOf(ms))
  }
  const rows = counted(counts).map(({ slot, bucket, requests }) => [slot, bucket, requests])
  return folded(rows, OVERHEAD.key.length)
}

/** Half hours since 1970 → bucket → requests. Counts numbers, because every record passes through here. */
type SlotCounts = Map<number, number[]>

function count(counts: SlotCounts, atMs: number, bucket: number): void {
  const slot = Math.floor(atMs / SLOT_MS)
  const ofSlot = counts.get(slot) ?? []
  counts.set(slot, ofSlot)
  ofSlot[bucket] = (ofSlot[bucket] ?? 0) + 1
}

function counted(counts: SlotCounts) {
  return [...counts].flatMap(([slot, buckets]) =>
    // Skips the buckets that have no requests.
    Object.entries(buckets).map(([bucket, requests]) => ({
      slot: slotText(slot * SLOT_MS),
      bucket: Number(bucket),
      requests,
    })),
  )
}
