/** What was used and what it cost: sums, series and CSV, all from rollups. */
import { createRoute, z } from '@hono/zod-openapi'
import { bySummedColumn } from '../../../../core/units/summed-fields.ts'
import { DIMENSIONS } from '../../../../usage/report.ts'
import { EVERYONE, READERS } from './access.ts'
import { Id, json, MISSING, RangeQuery, REFUSALS, Time } from './common.ts'

function isDimension(name: string): boolean {
  return (DIMENSIONS as readonly string[]).includes(name)
}

export const GROUPS = ['user', 'key', 'model', 'upstream'] as const
export const STEPS = ['hour', 'day', 'week', 'month'] as const

export const Sum = z
  .object({
    requests: z.number().int(),
    errors: z.number().int(),
    ...bySummedColumn(() => z.number()),
    estimated_requests: z.number().int(),
    unpriced_requests: z.number().int(),
    /** Of the requests whose price is known; null if there are none. */
    cost_usd: z.number().nullable(),
  })
  .openapi('UsageSum')

export const UsageFilter = RangeQuery.extend({
  user_id: Id.optional(),
  key_id: Id.optional(),
  model: z.string().max(200).optional(),
  upstream: z.string().max(64).optional(),
  /** Up to two, separated by a comma. */
  by: z
    .string()
    .max(40)
    .optional()
    .refine(
      (text) =>
        text === undefined ||
        (text.split(',').length <= 2 &&
          text.split(',').every((name) => (GROUPS as readonly string[]).includes(name))),
      `up to two of ${GROUPS.join(', ')}`,
    ),
  /** How many groups are listed; the rest is summed as `other`. */
  top: z.coerce.number().int().min(1).max(200).default(20),
})

const Label = z.object({
  /** The id of a user or key; the name of a model or upstream. */
  id: z.string(),
  name: z.string(),
})

export const UsageReport = z
  .object({
    /** Of the reporting time zone, in which days begin. */
    time_zone: z.string(),
    from: Time,
    until: Time,
    rows: z.array(z.object({ group: z.array(Label), sum: Sum })),
    other: Sum.nullable(),
    total: Sum,
    /** By the month's end, at the pace so far; null outside the current month. */
    forecast_usd: z.number().nullable(),
    generated_at: Time,
  })
  .openapi('UsageReport')

export const UsageSeries = z
  .object({
    time_zone: z.string(),
    step: z.enum(STEPS),
    buckets: z.array(
      z.object({
        start: Time,
        until: Time,
        /** The bucket is still being filled. */
        unfinished: z.boolean(),
        /** False if nothing was recorded at all, e.g. before the installation or after retention. */
        known: z.boolean(),
      }),
    ),
    /** One for each group, the largest first, then `other`; `sums` has an entry for each bucket. */
    series: z.array(z.object({ group: z.array(Label), other: z.boolean(), sums: z.array(Sum) })),
    generated_at: Time,
  })
  .openapi('UsageSeries')

export const usage = createRoute({
  method: 'get',
  path: '/usage',
  ...EVERYONE,
  summary: 'Report usage by group; users see only their own',
  request: { query: UsageFilter },
  responses: { 200: json('Sums', UsageReport), ...REFUSALS },
})

export const TotalRow = z
  .object({
    user: z.string(),
    key: z.string(),
    model: z.string(),
    upstream: z.string(),
    /** A UTC day or month. */
    day: z.string(),
    month: z.string(),
  })
  .partial()
  .extend(Sum.shape)
  .openapi('UsageTotal')

export const usageTotals = createRoute({
  method: 'get',
  path: '/usage/totals',
  ...READERS,
  summary: 'Report totals by any groups, also by UTC days and months, over any range',
  request: {
    query: RangeQuery.partial().extend({
      /** Separated by commas; absent: one total. */
      by: z
        .string()
        .max(60)
        .optional()
        .refine(
          (text) => text === undefined || text.split(',').every(isDimension),
          `some of ${DIMENSIONS.join(', ')}`,
        ),
      /** By name or id. */
      user: z.string().min(1).max(64).optional(),
      key_id: Id.optional(),
      model: z.string().max(200).optional(),
      upstream: z.string().max(64).optional(),
    }),
  },
  responses: {
    200: json('Rows', z.object({ items: z.array(TotalRow) })),
    ...REFUSALS,
    ...MISSING,
  },
})

export const usageSeries = createRoute({
  method: 'get',
  path: '/usage/series',
  ...EVERYONE,
  summary: 'Report usage over time; users see only their own',
  request: { query: UsageFilter.extend({ step: z.enum(STEPS).default('day') }) },
  responses: { 200: json('A series for each group', UsageSeries), ...REFUSALS },
})

export const usageCsv = createRoute({
  method: 'get',
  path: '/usage.csv',
  ...EVERYONE,
  summary: 'Export all rows as CSV, with a byte order mark and with formulas disarmed',
  request: { query: UsageFilter.extend({ step: z.enum(STEPS).optional() }) },
  responses: {
    200: { description: 'CSV', content: { 'text/csv': { schema: z.string() } } },
    ...REFUSALS,
  },
})
