/** What a batch of records adds to the sums of its days and months, and takes off leases. */

import { isoTime } from '../../core/iso-time.ts'
import { monthOf } from '../../core/month.ts'
import type { UsageRecord } from '../../core/usage-record.ts'
import type { BulkRow, BulkStatement } from './bulk-statement.ts'

const DAILY_SUMS = {
  requests: 'bigint',
  errors: 'bigint',
  prompt_tokens: 'bigint',
  completion_tokens: 'bigint',
  total_tokens: 'bigint',
  cached_tokens: 'bigint',
  reasoning_tokens: 'bigint',
  audio_tokens: 'bigint',
  estimated_requests: 'bigint',
  unpriced_requests: 'bigint',
  cost_usd: 'double precision',
}
const MONTHLY_SUMS = {
  prompt_tokens: 'bigint',
  completion_tokens: 'bigint',
  total_tokens: 'bigint',
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
/** A lease that somebody deleted comes back below zero: what its instance spends stays accounted for. */
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

/** A client that went away is no error. */
export function isError({ outcome }: UsageRecord): boolean {
  return outcome !== 'ok' && outcome !== 'aborted'
}

export function dailyRows(records: readonly UsageRecord[]): BulkRow[] {
  return summed(
    records,
    (record) => [
      isoTime(record.startedAtMs).slice(0, 10),
      record.userId,
      record.apiKeyId,
      record.model,
      record.upstream ?? '',
    ],
    (record) => [
      1,
      isError(record) ? 1 : 0,
      record.promptTokens,
      record.completionTokens,
      record.totalTokens,
      record.cachedTokens,
      record.reasoningTokens,
      record.audioTokens,
      record.estimated ? 1 : 0,
      record.costUsd === null ? 1 : 0,
      record.costUsd ?? 0,
    ],
  )
}

export function monthlyRows(records: readonly UsageRecord[]): BulkRow[] {
  return summed(records, billed, (record) => [
    record.promptTokens,
    record.completionTokens,
    record.totalTokens,
    1,
    record.costUsd === null ? 1 : 0,
    record.costUsd ?? 0,
  ])
}

/** Only what was held before is on a lease. */
export function leaseRows(records: readonly UsageRecord[], instanceId: string): BulkRow[] {
  const now = isoTime(Date.now())
  return summed(
    records.filter(({ reservedTokens }) => reservedTokens > 0),
    (record) => [...billed(record), instanceId],
    (record) => [-record.totalTokens],
  ).map((row) => [...row, now])
}

/** The month of a request is that of its start, whenever it ended. */
function billed({ userId, startedAtMs }: UsageRecord): (string | number)[] {
  const { year, month } = monthOf(startedAtMs)
  return [userId, year, month]
}

/** One row a key, in the order of the keys. */
function summed(
  records: readonly UsageRecord[],
  keyOf: (record: UsageRecord) => (string | number)[],
  amountsOf: (record: UsageRecord) => number[],
): BulkRow[] {
  const rows = new Map<string, { key: (string | number)[]; amounts: number[] }>()
  for (const record of records) {
    const key = keyOf(record)
    const amounts = amountsOf(record)
    const name = key.join('\n')
    const row = rows.get(name)
    if (row === undefined) rows.set(name, { key, amounts })
    else add(row.amounts, amounts)
  }
  return [...rows]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, { key, amounts }]) => [...key, ...amounts])
}

/** In place: this runs for each record. */
function add(sums: number[], amounts: readonly number[]): void {
  for (let at = 0; at < sums.length; at++) sums[at] = (sums[at] ?? 0) + (amounts[at] ?? 0)
}
