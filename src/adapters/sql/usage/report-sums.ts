/** What a batch adds to the coarser rollups that long reports read. */

import type { BulkRow } from './bulk-rows.ts'
import type { BulkStatement } from './bulk-statement.ts'
import { folded } from './folded-rows.ts'
import { DAILY } from './usage-sums.ts'

/** Positions of these columns in rows of `usage_daily`, and of `usage_slots`, whose period is a half hour. */
const [PERIOD, USER, KEY, MODEL, UPSTREAM, FIRST_SUM] = [0, 1, 2, 3, 4, 5] as const

function coarser(table: string, key: Record<string, string>): BulkStatement {
  const sums = Object.entries(DAILY.columns).slice(FIRST_SUM)
  return {
    table,
    columns: { ...key, ...Object.fromEntries(sums) },
    key: Object.keys(key),
    added: DAILY.added,
  }
}

export const BY_MONTH = coarser('usage_by_month', {
  month: 'text',
  user_id: 'integer',
  api_key_id: 'integer',
  model: 'text',
  upstream: 'text',
})
export const BY_DAY = coarser('usage_by_day', { day: 'text', model: 'text', upstream: 'text' })

/** Like `usage_by_day`, per half hour. */
export const BY_SLOT = coarser('usage_by_slot', { slot: 'text', model: 'text', upstream: 'text' })

export const BY_USER = coarser('usage_by_user', { day: 'text', user_id: 'integer' })

export function byMonthRows(daily: readonly BulkRow[]): BulkRow[] {
  return coarserRows(BY_MONTH, daily, (row) => [
    String(row[PERIOD]).slice(0, 7),
    row[USER] ?? null,
    row[KEY] ?? null,
    row[MODEL] ?? null,
    row[UPSTREAM] ?? null,
  ])
}

export function byDayRows(daily: readonly BulkRow[]): BulkRow[] {
  return coarserRows(BY_DAY, daily, withoutUsers)
}

export function bySlotRows(slots: readonly BulkRow[]): BulkRow[] {
  return coarserRows(BY_SLOT, slots, withoutUsers)
}

function withoutUsers(row: BulkRow): BulkRow {
  return [row[PERIOD] ?? null, row[MODEL] ?? null, row[UPSTREAM] ?? null]
}

export function byUserRows(daily: readonly BulkRow[]): BulkRow[] {
  return coarserRows(BY_USER, daily, (row) => [row[PERIOD] ?? null, row[USER] ?? null])
}

function coarserRows(
  { key }: BulkStatement,
  daily: readonly BulkRow[],
  keyOf: (row: BulkRow) => BulkRow,
): BulkRow[] {
  const rows = daily.map((row) => [...keyOf(row), ...row.slice(FIRST_SUM)])
  return folded(rows, key.length)
}
