/** The contract of the reports: whatever is asked, they are what adding up the records gives. */
import { expect, test } from 'bun:test'
import { UNIT_NAMES, type UnitKind } from '../../src/core/units/unit-kinds.ts'
import { overheadPercentile } from '../../src/usage/latency.ts'
import type { AttemptNote, UsageRecord } from '../../src/usage/record.ts'
import type { Dimension, UsageQuery, UsageSum } from '../../src/usage/report.ts'
import { type StoreUnderTest, upstreamKey, usageRecord } from './store-under-test.ts'

const INSTANCE = 'instance-1'
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const MIDNIGHT = Date.UTC(2026, 10, 23)
const FIRST = MIDNIGHT + 7 * HOUR_MS
const ATTEMPT: AttemptNote = {
  upstreamKeyId: 1,
  upstream: 'main',
  status: 200,
  failure: null,
  ambiguous: false,
}
const ALL: UsageQuery = {
  by: [],
  fromMs: null,
  untilMs: null,
  userId: null,
  apiKeyId: null,
  model: null,
  upstream: null,
}

export function testReports(current: () => StoreUnderTest): void {
  test('an aborted request is not an error, and the end of the time range is exclusive', async () => {
    const { store } = current()
    await store.settle(
      [
        usageRecord('before', { startedAtMs: FIRST - 1 }),
        usageRecord('ok'),
        usageRecord('gone', { outcome: 'aborted', model: 'gpt-4o-mini', costUsd: null }),
        usageRecord('cut', { outcome: 'cut', startedAtMs: FIRST + DAY_MS - 1 }),
        usageRecord('after', { startedAtMs: FIRST + DAY_MS }),
      ],
      INSTANCE,
    )
    const range = { ...ALL, fromMs: FIRST, untilMs: FIRST + DAY_MS }
    const sums = await store.summarizeUsage({ ...range, by: ['model'] })
    expect(sums).toEqual([
      {
        group: { model: 'gpt-4o' },
        requests: 2,
        errors: 1,
        promptTokens: 22,
        completionTokens: 14,
        totalTokens: 36,
        cachedTokens: 8,
        reasoningTokens: 4,
        audioTokens: 2,
        estimatedRequests: 2,
        unpricedRequests: 0,
        ...unitsOf([]),
        costUsd: 0.0025,
      },
      expect.objectContaining({
        group: { model: 'gpt-4o-mini' },
        errors: 0,
        unpricedRequests: 1,
        costUsd: null,
      }),
    ])
  })

  test('the gateway’s own time is counted for each request that was sent, once', async () => {
    const { store } = current()
    const sent = (startedMs: number): Partial<UsageRecord> => ({
      attempts: [{ ...ATTEMPT, startedMs, durationMs: 300 }],
    })
    const records = [
      usageRecord('fast', sent(0.4)),
      usageRecord('slow', sent(40)),
      usageRecord('of an older version', { attempts: [ATTEMPT] }),
      usageRecord('refused before', { attempts: [] }),
      usageRecord('another day', { ...sent(5), startedAtMs: FIRST + DAY_MS }),
    ]
    await store.settle(records, INSTANCE)
    await store.settle(records, INSTANCE)
    const fromMs = Math.floor(FIRST / HOUR_MS) * HOUR_MS
    const counts = await store.reports.overhead({ fromMs, untilMs: fromMs + 2 * HOUR_MS })
    expect(counts.reduce((sum, { requests }) => sum + requests, 0)).toBe(2)
    const most = overheadPercentile(counts, 1) ?? 0
    expect(Math.abs(most - 40) / 40).toBeLessThan(0.2)
  })

  test('attempts count for the upstream key that was asked, once, and only its own faults as failures', async () => {
    const { store } = current()
    const attempt = (upstreamKeyId: number, failure: string | null) => ({
      ...ATTEMPT,
      upstreamKeyId,
      failure,
    })
    const given = { attempts: [attempt(1, 'server: status 503'), attempt(2, null)] }
    const later = Array.from({ length: 4 }, (_, at) =>
      usageRecord(`later ${at}`, {
        startedAtMs: FIRST + HOUR_MS,
        attempts: [
          attempt(1, 'hedged: another target answered first'),
          attempt(1, 'context: status 400'),
          attempt(1, 'gateway: the client closed the connection.'),
          attempt(1, 'timeout: no answer within 5 ms'),
        ],
      }),
    )
    const records = [usageRecord('one', given), usageRecord('two', given), ...later]
    await store.settle(records, INSTANCE)
    await store.settle(records, INSTANCE)
    const fromMs = Math.floor(FIRST / HOUR_MS) * HOUR_MS
    const counted = (hours: number) =>
      store.reports.attempts({ fromMs, untilMs: fromMs + hours * HOUR_MS })
    expect(Object.fromEntries(await counted(1))).toEqual({
      1: { attempts: 2, failures: 2 },
      2: { attempts: 2, failures: 0 },
    })
    expect(Object.fromEntries(await counted(2))).toEqual({
      1: { attempts: 18, failures: 6 },
      2: { attempts: 2, failures: 0 },
    })
    expect(await store.reports.attempts({ fromMs: 0, untilMs: fromMs })).toEqual(new Map())
  })

  test('every grouping names its groups', async () => {
    const { store } = current()
    await store.createUser({ username: 'ada', email: null, role: 'user', monthlyQuotaTokens: null })
    await store.createUpstreamKey(upstreamKey, () => 'sealed')
    const gone = { userId: 9, apiKeyId: 8, upstream: null, startedAtMs: FIRST + 10 * DAY_MS }
    await store.settle([usageRecord('one'), usageRecord('two', gone)], INSTANCE)
    const groups = async (...by: Dimension[]) =>
      (await store.summarizeUsage({ ...ALL, by })).map(({ group }) => Object.values(group).join())
    expect(await groups('user')).toEqual(['ada', 'user #9'])
    expect(await groups('key')).toEqual(['key #1', 'key #8'])
    expect(await groups('model')).toEqual(['gpt-4o'])
    expect(await groups('day')).toEqual(['2026-11-23', '2026-12-03'])
    expect(await groups('month')).toEqual(['2026-11', '2026-12'])
    expect(await groups('upstream')).toEqual(['(none)', 'main'])
    expect(await groups('user', 'month', 'upstream')).toEqual([
      'ada,2026-11,main',
      'user #9,2026-12,(none)',
    ])
  })

  test('without a grouping it is one line, and none where nothing was used', async () => {
    const { store } = current()
    expect(await store.summarizeUsage(ALL)).toEqual([])
    await store.settle([usageRecord('one'), usageRecord('two')], INSTANCE)
    expect(await store.summarizeUsage(ALL)).toMatchObject([{ group: {}, requests: 2 }])
  })

  test('every report is what adding up the records gives', async () => {
    const { store } = current()
    const records = Array.from({ length: 400 }, (_, index) => randomRecord(index))
    await store.settle(records, INSTANCE)
    for (let round = 0; round < 200; round++) {
      const query = randomQuery()
      const given = await store.summarizeUsage(query)
      expect({ query, sums: given.map(rounded) }).toEqual({
        query,
        sums: expected(records, query).map(rounded),
      })
    }
  })
}

const pick = <T>(...values: T[]): T => values[Math.floor(Math.random() * values.length)] as T
/** Often on the border of a day or a month, where mistakes are made; 8 and 39 days on a month begins. */
const momentNear = () =>
  MIDNIGHT +
  pick(0, 1, 2, 3, 7, 8, 9, 38, 39, 40, 70) * DAY_MS +
  pick(0, 0, 1, -1, HOUR_MS, Math.floor(Math.random() * DAY_MS))

function randomRecord(index: number): UsageRecord {
  return usageRecord(`random-${index}`, {
    startedAtMs: momentNear(),
    userId: pick(1, 2, 3),
    apiKeyId: pick(1, 2, 3, 4),
    model: pick('gpt-4o', 'gpt-4o-mini', 'o3'),
    upstream: pick('main', 'spare', null),
    outcome: pick('ok', 'aborted', 'cut', 'rejected'),
    costUsd: pick(0.5, 0.25, null),
    promptTokens: pick(1, 10, 100),
    estimated: pick(true, false),
    attempts:
      pick(undefined, [{ units: [{ kind: pick(...UNIT_NAMES), count: pick(1, 2.5) }] }])?.map(
        ({ units }) => ({ ...ATTEMPT, units }),
      ) ?? [],
  })
}

function randomQuery(): UsageQuery {
  const dimensions: Dimension[] = ['user', 'key', 'model', 'upstream', 'day', 'month']
  return {
    by: dimensions.filter(() => Math.random() < 0.3),
    fromMs: pick(null, momentNear(), momentNear()),
    untilMs: pick(null, momentNear(), momentNear()),
    userId: pick(null, null, 2),
    apiKeyId: pick(null, null, null, 4),
    model: pick(null, null, 'o3'),
    upstream: pick(null, null, 'spare'),
  }
}

/** The plain model: no kept sums, no SQL. */
function expected(records: readonly UsageRecord[], query: UsageQuery): UsageSum[] {
  const groups = new Map<string, UsageRecord[]>()
  for (const record of records.filter((one) => asked(one, query))) {
    const name = query.by.map((dimension) => nameOf(record, dimension)).join('\n')
    groups.set(name, [...(groups.get(name) ?? []), record])
  }
  return [...groups.values()]
    .map((group) => summed(group, query.by))
    .sort((one, other) => (names(one, query.by) < names(other, query.by) ? -1 : 1))
}

const names = ({ group }: UsageSum, by: readonly Dimension[]) =>
  by.map((dimension) => group[dimension]).join('\u0000')

function asked(record: UsageRecord, query: UsageQuery): boolean {
  return (
    (query.fromMs === null || record.startedAtMs >= query.fromMs) &&
    (query.untilMs === null || record.startedAtMs < query.untilMs) &&
    (query.userId === null || record.userId === query.userId) &&
    (query.apiKeyId === null || record.apiKeyId === query.apiKeyId) &&
    (query.model === null || record.model === query.model) &&
    (query.upstream === null || record.upstream === query.upstream)
  )
}

function nameOf(record: UsageRecord, dimension: Dimension): string {
  const time = new Date(record.startedAtMs).toISOString()
  return {
    user: `user #${record.userId}`,
    key: `key #${record.apiKeyId}`,
    model: record.model,
    upstream: record.upstream ?? '(none)',
    day: time.slice(0, 10),
    month: time.slice(0, 7),
  }[dimension]
}

function summed(records: readonly UsageRecord[], by: readonly Dimension[]): UsageSum {
  const sum = (amount: (record: UsageRecord) => number) =>
    records.reduce((total, record) => total + amount(record), 0)
  const [first] = records
  const unpricedRequests = sum(({ costUsd }) => (costUsd === null ? 1 : 0))
  return {
    group: Object.fromEntries(by.map((name) => [name, first ? nameOf(first, name) : ''])),
    requests: records.length,
    errors: sum(({ outcome }) => (outcome === 'ok' || outcome === 'aborted' ? 0 : 1)),
    promptTokens: sum((record) => record.promptTokens),
    completionTokens: sum((record) => record.completionTokens),
    totalTokens: sum((record) => record.totalTokens),
    cachedTokens: sum((record) => record.cachedTokens),
    reasoningTokens: sum((record) => record.reasoningTokens),
    audioTokens: sum((record) => record.audioTokens),
    ...unitsOf(records),
    estimatedRequests: sum(({ estimated }) => (estimated ? 1 : 0)),
    unpricedRequests,
    costUsd: unpricedRequests === records.length ? null : sum(({ costUsd }) => costUsd ?? 0),
  }
}

function unitsOf(records: readonly UsageRecord[]): Record<UnitKind, number> {
  const units = records.flatMap(({ attempts }) => attempts.flatMap(({ units = [] }) => units))
  const ofKind = (wanted: UnitKind) =>
    units.reduce((sum, { kind, count }) => sum + (kind === wanted ? count : 0), 0)
  return Object.fromEntries(UNIT_NAMES.map((kind) => [kind, ofKind(kind)])) as never
}

function rounded(sum: UsageSum): UsageSum {
  return { ...sum, costUsd: sum.costUsd === null ? null : Math.round(sum.costUsd * 1e6) / 1e6 }
}
