/** The console's totals and lists: the same from whichever tables they are read. */
import { expect, test } from 'bun:test'
import { isoTime } from '../../src/core/time/iso-time.ts'
import type { BucketQuery, ReportGroup, RequestQuery } from '../../src/usage/console-reports.ts'
import type { UsageRecord } from '../../src/usage/record.ts'
import { type StoreUnderTest, usageRecord } from './store-under-test.ts'

const HOUR_MS = 3_600_000
const START_MS = Date.UTC(2026, 9, 28)
const EVERYTHING = { userId: null, apiKeyId: null, model: null, upstream: null }

/** How some of the requests ended; all others are `ok`, with status 200. */
const ENDINGS: Record<number, Pick<UsageRecord, 'outcome' | 'status'>> = {
  3: { outcome: 'upstream_error', status: 502 },
  4: { outcome: 'cut', status: 200 },
  5: { outcome: 'rejected', status: 400 },
  6: { outcome: 'ok', status: 201 },
  13: { outcome: 'upstream_error', status: 503 },
}

/** One every three hours and ten minutes over twelve days, of several users, keys, models and upstreams. */
const RECORDS: readonly UsageRecord[] = Array.from({ length: 90 }, (_, at) =>
  usageRecord(`r${String(at).padStart(2, '0')}`, {
    startedAtMs: START_MS + at * 190 * 60_000,
    userId: 1 + (at % 2),
    apiKeyId: 1 + (at % 3),
    model: at % 40 === 7 ? 'rare' : `model-${at % 2}`,
    upstream: `upstream-${at % 4}`,
    ...ENDINGS[at % 45],
    totalTokens: 10 + at,
  }),
)

const GROUP_OF: Record<ReportGroup, (record: UsageRecord) => string> = {
  user: ({ userId }) => String(userId),
  key: ({ apiKeyId }) => String(apiKeyId),
  model: ({ model }) => model,
  upstream: ({ upstream }) => upstream ?? '',
}

/** Tokens by bucket and group, added up one by one. */
function expected({ buckets, by, userId, apiKeyId, model }: BucketQuery): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const record of RECORDS) {
    if (userId !== null && record.userId !== userId) continue
    if (apiKeyId !== null && record.apiKeyId !== apiKeyId) continue
    if (model !== null && record.model !== model) continue
    for (const [bucket, { fromMs, untilMs }] of buckets.entries()) {
      if (record.startedAtMs < fromMs || record.startedAtMs >= untilMs) continue
      const key = [bucket, ...by.map((name) => GROUP_OF[name](record))].join(' ')
      sums[key] = (sums[key] ?? 0) + record.totalTokens
    }
  }
  return sums
}

export function testConsole(current: () => StoreUnderTest): void {
  const at = (hours: number) => START_MS + hours * HOUR_MS
  const RANGES: readonly [name: string, hours: readonly [from: number, until: number][]][] = [
    ['whole days', [[0, 288]]],
    ['days with hours at both ends', [[5.5, 250.5]]],
    ['a range within a day', [[2, 9.5]]],
    ['a range around midnight', [[20, 30]]],
    [
      'days of another time zone',
      [
        [8, 32],
        [32, 56],
        [56, 80],
      ],
    ],
    [
      'weeks of another time zone',
      [
        [-5.5, 162.5],
        [162.5, 300],
      ],
    ],
  ]

  test.each(RANGES)('totals of %s are those of the records', async (_, ranges) => {
    await current().store.settle(RECORDS, 'instance-1')
    const buckets = ranges.map(([from, until]) => ({ fromMs: at(from), untilMs: at(until) }))
    const groups: ReportGroup[][] = [
      [],
      ['user'],
      ['key'],
      ['model'],
      ['upstream'],
      ['user', 'model'],
    ]
    const filters = [{}, { userId: 2 }, { apiKeyId: 3 }, { model: 'model-1' }]
    for (const by of groups) {
      for (const filter of filters) {
        const query: BucketQuery = { ...EVERYTHING, ...filter, by, buckets }
        const sums = await current().store.reports.sums(query)
        const found = sums.map(({ bucket, group, totalTokens }) => [
          [bucket, ...group].join(' '),
          totalTokens,
        ])
        expect(Object.fromEntries(found)).toEqual(expected(query))
        expect(found).toHaveLength(Object.keys(expected(query)).length)
      }
    }
  })

  test('a filtered list finds each request once, page by page', async () => {
    await current().store.settle(RECORDS, 'instance-1')
    for (const filter of FILTERS) {
      const seen: string[] = []
      const query = { ...EVERYTHING, ...UNFILTERED, fromMs: at(1), untilMs: at(280), ...filter }
      for (let after: RequestQuery['after'] = null; ; ) {
        const page = await current().store.reports.requests({ ...query, after, limit: 4 })
        seen.push(...page.entries.map(({ requestId }) => requestId))
        const last = page.entries.at(-1)
        if (page.searchedUntilMs !== null)
          after = { startedAt: isoTime(page.searchedUntilMs), requestId: '' }
        else if (page.entries.length < 4 || last === undefined) break
        else after = last
      }
      const wanted = RECORDS.filter((record) => isWanted(record, query))
      expect([filter, seen]).toEqual([
        filter,
        wanted.map(({ requestId }) => requestId).toReversed(),
      ])
    }
  })
}

const UNFILTERED = { outcome: null, minStatus: 0, maxStatus: 0 }
const FILTERS: Partial<RequestQuery>[] = [
  {},
  { userId: 2 },
  { apiKeyId: 3 },
  { model: 'rare' },
  { model: 'none' },
  { upstream: 'upstream-1' },
  { userId: 2, model: 'rare' },
  { apiKeyId: 1, upstream: 'upstream-1', model: 'model-1' },
  { outcome: 'ok' },
  { outcome: 'ok', userId: 1 },
  { outcome: 'lost' },
  { outcome: 'upstream_error' },
  { outcome: 'upstream_error', userId: 2, upstream: 'upstream-1' },
  { outcome: 'cut', model: 'model-0' },
  { minStatus: 200, maxStatus: 200 },
  { minStatus: 200, maxStatus: 299 },
  { minStatus: 201, maxStatus: 201 },
  { minStatus: 429, maxStatus: 429 },
  { minStatus: 500, maxStatus: 599 },
  { minStatus: 500, maxStatus: 599, apiKeyId: 2, outcome: 'upstream_error' },
  { minStatus: 400, maxStatus: 499, model: 'rare' },
]

function isWanted(record: UsageRecord, query: Omit<RequestQuery, 'after' | 'limit'>): boolean {
  const { userId, apiKeyId, model, upstream, outcome, minStatus, maxStatus } = query
  return (
    record.startedAtMs >= query.fromMs &&
    record.startedAtMs < query.untilMs &&
    (userId === null || record.userId === userId) &&
    (apiKeyId === null || record.apiKeyId === apiKeyId) &&
    (model === null || record.model === model) &&
    (upstream === null || record.upstream === upstream) &&
    (outcome === null || record.outcome === outcome) &&
    (minStatus === 0 || (record.status >= minStatus && record.status <= maxStatus))
  )
}
