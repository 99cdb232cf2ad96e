/** Sums a batch of records by half hour, user, key, model and upstream. */

import { SUMMED_TOKEN_FIELDS } from '../../../core/token-kinds.ts'
import { bySummedField, type SummedField } from '../../../core/units/summed-fields.ts'
import type { UsageRecord } from '../../../usage/record.ts'

/** A batch's total for one half hour, user, key, model and upstream; all other rollups are sums of these. */
export interface DaySum extends Record<SummedField, number> {
  /** Half hours since 1970. */
  slot: number
  /** Days since 1970. */
  day: number
  userId: number
  apiKeyId: number
  model: string
  upstream: string
  requests: number
  errors: number
  estimated: number
  unpriced: number
  costUsd: number
  /** Only of requests that had a reservation; null if none had. */
  leasedTokens: number | null
}

export const DAY_MS = 86_400_000
export const SLOT_MS = 1_800_000
const SLOTS_PER_DAY = DAY_MS / SLOT_MS

/** Allocates no string or list per record, because every record passes through here. */
export function daySums(records: readonly UsageRecord[]): DaySum[] {
  const ofKey = new Map<number, DaySum[]>()
  for (const record of records) {
    const sum = daySumOf(ofKey, record)
    sum.requests++
    if (isError(record)) sum.errors++
    for (const field of SUMMED_TOKEN_FIELDS) sum[field] += record[field]
    for (const { units } of record.attempts)
      if (units !== undefined) for (const { kind, count } of units) sum[kind] += count
    if (record.estimated) sum.estimated++
    if (record.costUsd === null) sum.unpriced++
    else sum.costUsd += record.costUsd
    // Only requests with a reservation are on a lease.
    if (record.reservedTokens > 0) sum.leasedTokens = (sum.leasedTokens ?? 0) + record.totalTokens
  }
  return [...ofKey.values()].flat()
}

/** A key uses few models and upstreams, so scanning its sums is faster than building a lookup key. */
function daySumOf(ofKey: Map<number, DaySum[]>, record: UsageRecord): DaySum {
  const slot = Math.floor(record.startedAtMs / SLOT_MS)
  const upstream = record.upstream ?? ''
  let sums = ofKey.get(record.apiKeyId)
  if (sums === undefined) {
    sums = []
    ofKey.set(record.apiKeyId, sums)
  }
  for (const sum of sums) {
    if (
      sum.model === record.model &&
      sum.upstream === upstream &&
      sum.slot === slot &&
      sum.userId === record.userId
    )
      return sum
  }
  const made = emptySum(slot, record, upstream)
  sums.push(made)
  return made
}

function emptySum(
  slot: number,
  { userId, apiKeyId, model }: UsageRecord,
  upstream: string,
): DaySum {
  return {
    slot,
    day: Math.floor(slot / SLOTS_PER_DAY),
    userId,
    apiKeyId,
    model,
    upstream,
    requests: 0,
    errors: 0,
    ...bySummedField(() => 0),
    estimated: 0,
    unpriced: 0,
    costUsd: 0,
    leasedTokens: null,
  }
}

/** A client disconnect is not an error. */
function isError({ outcome }: UsageRecord): boolean {
  return outcome !== 'ok' && outcome !== 'aborted'
}
