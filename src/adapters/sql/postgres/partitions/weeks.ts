/** Which span of time each partition of `usage_records` holds: pure arithmetic on UTC weeks. */
import { isoTime } from '../../../../core/time/iso-time.ts'

/** The CHECK that spares ATTACH its own reading of all rows, which would lock the table meanwhile. */
export const PAST_BOUND = 'usage_records_past_bound'

const DAY_MS = 86_400_000
const WEEK_MS = 7 * DAY_MS
/** 1970-01-05, the first Monday. */
const FIRST_MONDAY_MS = 4 * DAY_MS
/** How far ahead partitions are created: a gateway may be away for so long without a record going to the default one. */
const AHEAD_MS = 4 * WEEK_MS
/**
 * Up to this retention, one partition holds a week, beyond it four weeks: about 20 at most for up to a year. A query
 * without a range of time plans and locks all of them.
 */
const MAX_WEEKLY_DAYS = 100

export interface TendOptions {
  /** USAGE_RETENTION_DAYS; 0 keeps everything. */
  retentionDays: number
  nowMs: number
}

export interface Span {
  fromMs: number
  untilMs: number
}

/** The Monday at 00:00 UTC at or before this time. */
export function weekStart(ms: number): number {
  return Math.floor((ms - FIRST_MONDAY_MS) / WEEK_MS) * WEEK_MS + FIRST_MONDAY_MS
}

/**
 * Where the partition of the past ends if the newest record is of `newestMs`. At least a week ahead, so that records
 * that are stored during the conversion fit, also from a clock that is wrong by days.
 */
export function endOfPast(nowMs: number, newestMs: number | null): number {
  if (newestMs === null) return weekStart(nowMs)
  return weekStart(Math.max(nowMs + WEEK_MS, newestMs)) + WEEK_MS
}

/**
 * The partitions to create after the last one, which ends at `lastMs`, oldest first. None begins earlier than tomorrow
 * unless `lastMs` is given as the start of the first one during the conversion: a record that is being stored must
 * not lose its place to a new partition. Retention 0 keeps everything.
 */
export function spansAhead(lastMs: number, { nowMs, retentionDays }: TendOptions): Span[] {
  const isWeekly = retentionDays > 0 && retentionDays <= MAX_WEEKLY_DAYS
  const widthMs = isWeekly ? WEEK_MS : 4 * WEEK_MS
  const spans: Span[] = []
  for (let fromMs = lastMs; fromMs < nowMs + AHEAD_MS; fromMs += widthMs)
    spans.push({ fromMs, untilMs: fromMs + widthMs })
  return spans
}

/** Where the next partition begins for a gateway that may have been away since the last one ended. */
export function nextStart(lastMs: number, nowMs: number): number {
  return lastMs >= nowMs + DAY_MS ? lastMs : weekStart(nowMs + DAY_MS) + WEEK_MS
}

export function partitionName({ fromMs }: Span): string {
  return `usage_records_from_${isoTime(fromMs).slice(0, 10).replaceAll('-', '')}`
}

/**
 * The end of the partition with this bound, as `pg_get_expr` writes it; null for the default partition.
 * Example: `FOR VALUES FROM ('2026-11-30T00:00:00.000Z') TO ('2026-12-07T00:00:00.000Z')`.
 */
export function endInBound(bound: string): number | null {
  const text = /TO \('([^']+)'\)$/.exec(bound)?.[1]
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? null : ms
}
