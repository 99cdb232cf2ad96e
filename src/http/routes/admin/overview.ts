/** Is all well, and what does it cost: one reply for the whole page. */

import { isoTime } from '../../../core/time/iso-time.ts'
import type {
  BucketSum,
  ReportGroup,
  TimeRange,
  UsageFilter,
} from '../../../usage/console-reports.ts'
import { type BucketCount, overheadPercentile, percentile } from '../../../usage/latency.ts'
import * as contract from './contract/overview.ts'
import type { MessageLanguage } from './frame/error-reply.ts'
import { type AdminRoutes, languageOf, ownerScope } from './frame/operation.ts'
import type { AdminApiParts, Principal } from './frame/parts.ts'
import { searchOperation } from './search.ts'
import { attentionOf } from './views/attention.ts'
import { added, costOf, filterOf, labelsOf, ranked } from './views/usage-query.ts'

const HOUR_MS = 3_600_000
const SLOT_MS = HOUR_MS / 2
const RANGES = {
  '1h': { lengthMs: HOUR_MS, stepMs: SLOT_MS },
  '24h': { lengthMs: 24 * HOUR_MS, stepMs: SLOT_MS },
  '7d': { lengthMs: 168 * HOUR_MS, stepMs: 3 * HOUR_MS },
  '30d': { lengthMs: 720 * HOUR_MS, stepMs: 12 * HOUR_MS },
} as const
type Shown = (typeof RANGES)[keyof typeof RANGES]
const LEADERS = 5
const MAX_MODELS = 8
const NO_TIMES: readonly [readonly BucketCount[], readonly BucketCount[]] = [[], []]

export function overviewOperations(api: AdminRoutes): void {
  const { on, parts } = api
  on(contract.overview, async (context) => {
    const { range } = context.req.valid('query')
    return context.json(
      await overviewOf(parts, RANGES[range], context.var.principal, languageOf(context)),
      200,
    )
  })
  searchOperation(api)
}

/**
 * Asks for what the console's first page shows: starting what answers, and reading from a disk what nothing has read yet,
 * takes longer than the page, and can be done while the browser loads it and a person signs in.
 */
export async function readAhead(parts: AdminApiParts): Promise<void> {
  const { stepMs } = RANGES['24h']
  const periods = periodsOf(RANGES['24h'], parts.nowMs())
  await figuresOf(parts, EVERYTHING, periods, true)
  await seriesOf(parts, EVERYTHING, { range: periods.range, stepMs })
}

const EVERYTHING: UsageFilter = { userId: null, apiKeyId: null, model: null, upstream: null }

async function overviewOf(
  parts: AdminApiParts,
  shown: Shown,
  principal: Principal,
  language: MessageLanguage,
) {
  const now = parts.nowMs()
  const { range, before } = periodsOf(shown, now)
  const filter = filterOf({}, principal)
  const [figures, series, busiest, attention, { timeZone }] = await Promise.all([
    figuresOf(parts, filter, { range, before }, ownerScope(principal) === null),
    seriesOf(parts, filter, { range, stepMs: shown.stepMs }),
    busiestOf(parts, filter, range),
    ownerScope(principal) === null ? attentionOf(parts, language) : [],
    parts.admin.settings.read(),
  ])
  return {
    from: isoTime(range.fromMs),
    until: isoTime(range.untilMs),
    time_zone: timeZone,
    figures,
    series,
    busiest,
    attention,
    next_step: ownerScope(principal) === null ? await nextStep(parts) : null,
    generated_at: isoTime(now),
  }
}

interface Periods {
  range: TimeRange
  before: TimeRange
}

/** The unfinished half hour counts; the period before ends where this one begins. */
function periodsOf({ lengthMs }: Shown, nowMs: number): Periods {
  const untilMs = (Math.floor(nowMs / SLOT_MS) + 1) * SLOT_MS
  const range = { fromMs: untilMs - lengthMs, untilMs }
  return { range, before: { fromMs: range.fromMs - lengthMs, untilMs: range.fromMs } }
}

async function figuresOf(
  { reports }: AdminApiParts,
  filter: UsageFilter,
  { range, before }: Periods,
  seesAll: boolean,
) {
  // Times are kept per upstream and not per user.
  const times = (period: TimeRange) =>
    seesAll ? Promise.all([reports.firstToken(period), reports.overhead(period)]) : NO_TIMES
  const [sums, current, earlier] = await Promise.all([
    reports.sums({ ...filter, by: [], buckets: [before, range] }),
    times(range),
    times(before),
  ])
  const sumOf = (at: number) => added(sums.filter(({ bucket }) => bucket === at))
  const [then, now] = [sumOf(0), sumOf(1)]
  const figure = (of: (sum: ReturnType<typeof added>) => number | null) => ({
    value: of(now),
    before: of(then),
  })
  const firstToken = (share: number) => ({
    value: percentile(current[0], share),
    before: percentile(earlier[0], share),
  })
  const overhead = (share: number) => ({
    value: overheadPercentile(current[1], share),
    before: overheadPercentile(earlier[1], share),
  })
  return {
    requests: figure(({ requests }) => requests),
    errors: figure(({ errors }) => errors),
    tokens: figure(({ totalTokens }) => totalTokens),
    cost_usd: figure(costOf),
    first_token_p50_ms: firstToken(0.5),
    first_token_p95_ms: firstToken(0.95),
    overhead_p50_ms: overhead(0.5),
    overhead_p95_ms: overhead(0.95),
  }
}

async function seriesOf(
  { reports, nowMs }: AdminApiParts,
  filter: UsageFilter,
  { range, stepMs }: { range: TimeRange; stepMs: number },
) {
  const count = Math.ceil((range.untilMs - range.fromMs) / stepMs)
  const buckets = Array.from({ length: count }, (_, at) => ({
    fromMs: range.fromMs + at * stepMs,
    untilMs: Math.min(range.fromMs + (at + 1) * stepMs, range.untilMs),
  }))
  const sums = await reports.sums({ ...filter, by: ['model'], buckets })
  const models = ranked(sums)
    .slice(0, MAX_MODELS)
    .map(({ group }) => group[0])
  const now = nowMs()
  return buckets.map(({ fromMs, untilMs }, at) => {
    const parts = sums.filter(({ bucket }) => bucket === at)
    const total = added(parts)
    return {
      start: isoTime(fromMs),
      until: isoTime(untilMs),
      unfinished: untilMs > now,
      requests: total.requests,
      errors: total.errors,
      tokens: total.totalTokens,
      cost_usd: costOf(total),
      cost_by_model: costByModel(parts, models),
    }
  })
}

function costByModel(parts: readonly BucketSum[], models: readonly (string | undefined)[]) {
  // A client may ask for a model called `constructor`.
  const costs: Record<string, number> = Object.create(null)
  for (const { group, costUsd } of parts) {
    if (costUsd === 0) continue
    const name = models.includes(group[0]) ? (group[0] ?? '') : 'other'
    costs[name] = (costs[name] ?? 0) + costUsd
  }
  return costs
}

async function busiestOf(parts: AdminApiParts, filter: UsageFilter, range: TimeRange) {
  const leaders = async (...by: readonly ReportGroup[]) => {
    const sums = await parts.reports.sums({ ...filter, by, buckets: [range] })
    const first = ranked(sums).slice(0, LEADERS)
    const labels = await labelsOf(
      parts,
      by,
      first.map(({ group }) => group),
    )
    return first.map(({ group, sum }) => {
      const [label, owner] = labels(group)
      return {
        id: label?.id ?? '',
        name: label?.name ?? '',
        owner: owner?.name ?? null,
        requests: sum.requests,
        tokens: sum.totalTokens,
        cost_usd: costOf(sum),
      }
    })
  }
  const [users, keys, models] = await Promise.all([
    leaders('user'),
    leaders('key', 'user'),
    leaders('model'),
  ])
  return { users, keys, models }
}

/** What an empty gateway needs next. */
async function nextStep({ admin, services, reports }: AdminApiParts) {
  if (services.directory.allUpstreams().length === 0) return 'add_upstream' as const
  const { items } = await admin.keys.list({ limit: 3 })
  // The first start makes two automatically: of the admin and of the default user.
  if (items.length < 3 && (await reports.firstRecordMs()) === null) return 'create_key' as const
  return (await reports.firstRecordMs()) === null ? ('send_request' as const) : null
}
