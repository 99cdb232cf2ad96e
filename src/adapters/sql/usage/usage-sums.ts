/** What a batch of records adds to its daily and monthly rollups and takes off leases. */

import { isoTime } from '../../../core/time/iso-time.ts'
import { monthOf } from '../../../core/time/month.ts'
import { byTokenColumn, QUOTA_TOKEN_FIELDS } from '../../../core/token-kinds.ts'
import { bySummedColumn, isUnit, SUMMED_FIELDS } from '../../../core/units/summed-fields.ts'
import type { BulkRow } from './bulk-rows.ts'
import type { BulkStatement } from './bulk-statement.ts'
import { DAY_MS, type DaySum, SLOT_MS } from './day-sums.ts'
import { folded } from './folded-rows.ts'

const DAILY_SUMS = {
  requests: 'bigint',
  errors: 'bigint',
  ...bySummedColumn((field) => (isUnit(field) ? 'double precision' : 'bigint')),
  estimated_requests: 'bigint',
  unpriced_requests: 'bigint',
  cost_usd: 'double precision',
}
const MONTHLY_SUMS = {
  ...byTokenColumn(QUOTA_TOKEN_FIELDS, () => 'bigint'),
  requests: 'bigint',
  unpriced_requests: 'bigint',
  cost_usd: 'double precision',
}

function sums(table: string, key: Record<string, string>, added: object): BulkStatement {
  const columns = { ...key, ...added }
  return { table, columns, key: Object.keys(key), added: Object.keys(added) }
}

export const DAILY = sums(
  'usage_daily',
  { day: 'text', user_id: 'integer', api_key_id: 'integer', model: 'text', upstream: 'text' },
  DAILY_SUMS,
)
export const MONTHLY = sums(
  'usage_monthly',
  { user_id: 'integer', year: 'integer', month: 'integer' },
  MONTHLY_SUMS,
)
/** A deleted lease comes back negative, so that what its instance spends stays accounted for. */
export const LEASES: BulkStatement = {
  ...sums(
    'quota_leases',
    { user_id: 'integer', year: 'integer', month: 'integer', instance_id: 'text' },
    { tokens: 'bigint' },
  ),
  columns: {
    user_id: 'integer',
    year: 'integer',
    month: 'integer',
    instance_id: 'text',
    tokens: 'bigint',
    updated_at: 'text',
  },
}

export const SLOTS = sums(
  'usage_slots',
  { slot: 'text', user_id: 'integer', api_key_id: 'integer', model: 'text', upstream: 'text' },
  DAILY_SUMS,
)

export function dailyRows(sums: readonly DaySum[]): BulkRow[] {
  return rowsBy(sums, ({ day }) => isoTime(day * DAY_MS).slice(0, 'yyyy-mm-dd'.length))
}

export function slotRows(sums: readonly DaySum[]): BulkRow[] {
  return rowsBy(sums, ({ slot }) => slotText(slot * SLOT_MS))
}

/** `2026-11-28T12:30`. */
export function slotText(startMs: number): string {
  return isoTime(startMs).slice(0, 'yyyy-mm-ddThh:mm'.length)
}

function rowsBy(sums: readonly DaySum[], periodOf: (sum: DaySum) => string): BulkRow[] {
  return folded(
    sums.map((sum) => [
      ...[periodOf(sum), sum.userId, sum.apiKeyId, sum.model, sum.upstream],
      ...[sum.requests, sum.errors],
      ...SUMMED_FIELDS.map((field) => sum[field]),
      ...[sum.estimated, sum.unpriced, sum.costUsd],
    ]),
    DAILY.key.length,
  )
}

export function monthlyRows(sums: readonly DaySum[]): BulkRow[] {
  return folded(
    sums.map((sum) => [
      ...billed(sum),
      ...QUOTA_TOKEN_FIELDS.map((field) => sum[field]),
      ...[sum.requests, sum.unpriced, sum.costUsd],
    ]),
    MONTHLY.key.length,
  )
}

export function leaseRows(sums: readonly DaySum[], instanceId: string): BulkRow[] {
  const now = isoTime(Date.now())
  const rows = sums.flatMap((sum) =>
    sum.leasedTokens === null ? [] : [[...billed(sum), instanceId, -sum.leasedTokens]],
  )
  return folded(rows, LEASES.key.length).map((row) => [...row, now])
}

/** A request belongs to the month it started in, whenever it ended. */
function billed({ userId, day }: DaySum): (string | number)[] {
  const { year, month } = monthOf(day * DAY_MS)
  return [userId, year, month]
}
