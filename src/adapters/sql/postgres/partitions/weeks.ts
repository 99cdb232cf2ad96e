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
  /** The clock of the database, for tests; without it, the database is asked. */
  databaseNowMs?: number
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

/** The partitions to create during the conversion after the past, which ends at `lastMs`, oldest first. */
export function spansAhead(lastMs: number, options: TendOptions): Span[] {
  const spans: Span[] = []
  for (let fromMs = lastMs; fromMs < options.nowMs + AHEAD_MS; fromMs += widthMs(options))
    spans.push({ fromMs, untilMs: fromMs + widthMs(options) })
  return spans
}

/**
 * The partitions that are missing between `existing` ones, oldest first, also before one that is far ahead. None begins
 * earlier than tomorrow: a record that is being stored must not lose its place to a new partition.
 */
export function missingSpans(existing: readonly Span[], options: TendOptions): Span[] {
  const spans: Span[] = []
  let fromMs = weekStart(options.nowMs + DAY_MS) + WEEK_MS
  while (fromMs < options.nowMs + AHEAD_MS) {
    const start = fromMs
    if (existing.some((span) => span.fromMs <= start && start < span.untilMs)) {
      fromMs += WEEK_MS
      continue
    }
    const next = existing.map((span) => span.fromMs).filter((ms) => ms > start)
    const untilMs = Math.min(start + widthMs(options), ...next)
    spans.push({ fromMs, untilMs })
    // Another partition may begin in the middle of a week.
    fromMs = weekStart(untilMs - 1) + WEEK_MS
  }
  return spans
}

/** Retention 0 keeps everything. */
function widthMs({ retentionDays }: TendOptions): number {
  return retentionDays > 0 && retentionDays <= MAX_WEEKLY_DAYS ? WEEK_MS : 4 * WEEK_MS
}

export function partitionName({ fromMs }: Span): string {
  return `usage_records_from_${isoTime(fromMs).slice(0, 10).replaceAll('-', '')}`
}

/**
 * The span of the partition with this bound, as `pg_get_expr` writes it; null for the default partition. What is no time
 * (MINVALUE, MAXVALUE) is without end.
 * Example: `FOR VALUES FROM ('2026-11-30T00:00:00.000Z') TO ('2026-12-07T00:00:00.000Z')`.
 */
export function spanInBound(bound: string): Span | null {
  const [, from, until] = /^FOR VALUES FROM \((.+)\) TO \((.+)\)$/.exec(bound) ?? []
  if (from === undefined || until === undefined) return null
  return { fromMs: timeIn(from) ?? -Infinity, untilMs: timeIn(until) ?? Infinity }
}

function timeIn(quoted: string): number | null {
  const ms = Date.parse(quoted.replaceAll("'", ''))
  return Number.isNaN(ms) ? null : ms
}
