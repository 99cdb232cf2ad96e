/** What was used and what it cost: sums, series and CSV, all from rollups. */
import type { z } from '@hono/zod-openapi'
import { usageView } from '../../../admin/contract.ts'
import { isoTime } from '../../../core/time/iso-time.ts'
import { monthOf, monthStartMs, nextMonthStartMs } from '../../../core/time/month.ts'
import type { BucketSum, TimeRange } from '../../../usage/console-reports.ts'
import { DIMENSIONS } from '../../../usage/report.ts'
import { bucketsOf, type Step } from '../../../usage/time-buckets.ts'
import * as contract from './contract/usage.ts'
import { invalidField } from './frame/api-error.ts'
import type { AdminRoutes } from './frame/operation.ts'
import type { AdminApiParts, Principal } from './frame/parts.ts'
import { csv, csvHeaders, inPages } from './views/csv.ts'
import {
  added,
  costOf,
  filterOf,
  groupsOf,
  labelsOf,
  rangeOf,
  ranked,
  sumView,
} from './views/usage-query.ts'

const MAX_BUCKETS = 750
const HALF_HOUR_MS = 1_800_000

export function usageOperations({ on, parts }: AdminRoutes): void {
  on(contract.usage, async (context) => {
    const query = context.req.valid('query')
    return context.json(await report(parts, query, context.var.principal), 200)
  })
  on(contract.usageTotals, async (context) => {
    const { by = '', from, until, ...filter } = context.req.valid('query')
    const sums = await parts.admin.usage.summarize({
      by: by.split(',').flatMap((word) => DIMENSIONS.filter((name) => name === word)),
      fromMs: from === undefined ? null : Date.parse(from),
      untilMs: until === undefined ? null : Date.parse(until),
      user: filter.user ?? null,
      apiKeyId: filter.key_id ?? null,
      model: filter.model ?? null,
      upstream: filter.upstream ?? null,
    })
    return context.json({ items: sums.map(usageView) }, 200)
  })
  on(contract.usageSeries, async (context) => {
    const query = context.req.valid('query')
    return context.json(await series(parts, query, context.var.principal), 200)
  })
  on(contract.usageCsv, async (context) => {
    const query = context.req.valid('query')
    const rows = await csvRows(parts, query, context.var.principal)
    return context.body(csv(inPages(rows)), 200, csvHeaders('usage.csv')) as never
  })
}

type Query = z.output<typeof contract.UsageFilter>

/** From half hour to half hour, in which all sums are kept. */
function aligned({ fromMs, untilMs }: TimeRange): TimeRange {
  return {
    fromMs: Math.floor(fromMs / HALF_HOUR_MS) * HALF_HOUR_MS,
    untilMs: Math.ceil(untilMs / HALF_HOUR_MS) * HALF_HOUR_MS,
  }
}

async function report(parts: AdminApiParts, query: Query, principal: Principal) {
  const by = groupsOf(query.by)
  const range = aligned(rangeOf(query))
  const filter = filterOf(query, principal)
  const sums = await parts.reports.sums({ ...filter, by, buckets: [range] })
  const groups = by.length === 0 ? [] : ranked(sums)
  const shown = groups.slice(0, query.top)
  const rest = groups.slice(query.top)
  const labels = await labelsOf(
    parts,
    by,
    shown.map(({ group }) => group),
  )
  const total = added(sums)
  const { timeZone } = await parts.admin.settings.read()
  return {
    time_zone: timeZone,
    from: isoTime(range.fromMs),
    until: isoTime(range.untilMs),
    rows: shown.map(({ group, sum }) => ({ group: labels(group), sum: sumView(sum) })),
    other: rest.length === 0 ? null : sumView(added(rest.map(({ sum }) => sum))),
    total: sumView(total),
    forecast_usd: forecast(range, costOf(total), parts.nowMs()),
    generated_at: isoTime(parts.nowMs()),
  }
}

/** At the pace of the range, which has to begin with the running month. */
function forecast({ fromMs }: TimeRange, cost: number | null, nowMs: number): number | null {
  const month = monthOf(nowMs)
  const startMs = monthStartMs(month)
  const isThisMonth = Math.abs(fromMs - startMs) <= 86_400_000
  const passed = (nowMs - startMs) / (nextMonthStartMs(month) - startMs)
  if (!isThisMonth || cost === null || passed <= 0) return null
  return Math.round((cost / passed) * 1e6) / 1e6
}

async function series(parts: AdminApiParts, query: Query & { step: Step }, principal: Principal) {
  const by = groupsOf(query.by)
  const { timeZone, buckets } = await bucketsFor(parts, query)
  const sums = await parts.reports.sums({ ...filterOf(query, principal), by, buckets })
  const groups = ranked(sums)
  const shown = groups.slice(0, query.top)
  const names = new Set(shown.map(({ group }) => JSON.stringify(group)))
  const others = sums.filter(({ group }) => !names.has(JSON.stringify(group)))
  const labels = await labelsOf(
    parts,
    by,
    shown.map(({ group }) => group),
  )
  const ofGroup = (group: readonly string[]) =>
    sums.filter((sum) => JSON.stringify(sum.group) === JSON.stringify(group))
  return {
    time_zone: timeZone,
    step: query.step,
    buckets: await bucketViews(parts, buckets),
    series: [
      ...shown.map(({ group }) => ({
        group: labels(group),
        other: false,
        sums: filled(ofGroup(group), buckets.length),
      })),
      ...(others.length === 0
        ? []
        : [{ group: [], other: true, sums: filled(others, buckets.length) }]),
    ],
    generated_at: isoTime(parts.nowMs()),
  }
}

export async function bucketsFor(
  { admin }: AdminApiParts,
  query: { from: string; until: string; step: Step },
): Promise<{ timeZone: string; buckets: TimeRange[] }> {
  const { timeZone } = await admin.settings.read()
  const buckets = bucketsOf(rangeOf(query), query.step, { zone: timeZone, max: MAX_BUCKETS })
  if (buckets === null)
    throw invalidField('step', `the range has more than ${MAX_BUCKETS} of these; take longer ones`)
  return { timeZone, buckets }
}

/** No traffic is 0; before the first record nothing is known, which is a gap. */
export async function bucketViews(
  { reports, nowMs }: AdminApiParts,
  buckets: readonly TimeRange[],
) {
  const firstMs = await reports.firstRecordMs()
  const now = nowMs()
  return buckets.map(({ fromMs, untilMs }) => ({
    start: isoTime(fromMs),
    until: isoTime(untilMs),
    unfinished: fromMs <= now && untilMs > now,
    known: firstMs !== null && untilMs > firstMs && fromMs <= now,
  }))
}

function filled(sums: readonly BucketSum[], count: number) {
  const byBucket = new Map<number, BucketSum[]>()
  for (const sum of sums) byBucket.set(sum.bucket, [...(byBucket.get(sum.bucket) ?? []), sum])
  return Array.from({ length: count }, (_, at) => sumView(added(byBucket.get(at) ?? [])))
}

/** Every row: no group is put together with others. */
async function csvRows(
  parts: AdminApiParts,
  query: Query & { step?: Step | undefined },
  principal: Principal,
): Promise<(string | number | null)[][]> {
  const by = groupsOf(query.by)
  const { buckets, timeZone } =
    query.step === undefined
      ? { buckets: [aligned(rangeOf(query))], timeZone: '' }
      : await bucketsFor(parts, { ...query, step: query.step })
  const sums = await parts.reports.sums({ ...filterOf(query, principal), by, buckets })
  const labels = await labelsOf(
    parts,
    by,
    sums.map(({ group }) => group),
  )
  const period = query.step === undefined ? [] : [`start (${timeZone})`]
  const figures = Object.keys(sumView(added([])))
  const rows = [...sums].sort((one, other) => one.bucket - other.bucket)
  return [
    [...period, ...by, ...figures],
    ...rows.map((sum) => [
      ...(query.step === undefined ? [] : [localText(buckets[sum.bucket]?.fromMs ?? 0, timeZone)]),
      ...labels(sum.group).map(({ name }) => name),
      ...Object.values(sumView(sum)),
    ]),
  ]
}

function localText(ms: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(ms)
}
