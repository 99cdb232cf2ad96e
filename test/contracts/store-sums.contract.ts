/** The contract of the sums: differences from the records of a month are found and repaired. */
import { describe, expect, test } from 'bun:test'
import { UNIT_NAMES, type UnitKind, unitColumn } from '../../src/core/units/unit-kinds.ts'
import type { AttemptNote, UsageRecord } from '../../src/usage/record.ts'
import { type StoreUnderTest, usageRecord } from './store-under-test.ts'

const MONTH = { year: 2026, month: 11 }
const FINE = ['usage_daily', 'usage_by_day', 'usage_by_user', 'usage_by_month']
const TABLES = [...FINE, 'usage_monthly']
const FIGURES = [
  ...['prompt_tokens', 'completion_tokens', 'total_tokens', 'requests'],
  ...['unpriced_requests', 'cost_usd'],
]
const FINE_FIGURES = [
  ...FIGURES,
  ...['errors', 'cached_tokens', 'reasoning_tokens', 'audio_tokens', 'estimated_requests'],
  ...UNIT_NAMES.map(unitColumn),
]
const WHOLE_MONTH = { usage_by_month: `month = '2026-11'`, usage_monthly: 'month = 11' }
const ofMonth = (table: string) =>
  Object.entries(WHOLE_MONTH).find(([name]) => name === table)?.[1] ?? `day LIKE '2026-11-%'`

const at = (time: string): Partial<UsageRecord> => ({ startedAtMs: Date.parse(`${time}Z`) })
const attemptWith = (kind: UnitKind, count: number): AttemptNote => ({
  ...{ upstreamKeyId: 1, upstream: 'main', status: 200, failure: null, ambiguous: false },
  units: [{ kind, count }],
})
/** Of several users, keys, models and outcomes, with months on both sides. */
const RECORDS = [
  usageRecord('before', at('2026-10-31T23:59:59.999')),
  usageRecord('first', at('2026-11-01T00:00:00.000')),
  usageRecord('same', { ...at('2026-11-01T12:00:00'), costUsd: 0.1, outcome: 'aborted' }),
  usageRecord('key', { ...at('2026-11-02T12:00:00'), apiKeyId: 2, costUsd: 0.2, estimated: false }),
  usageRecord('lost', { ...at('2026-11-02T12:00:00'), upstream: null, outcome: 'lost' }),
  usageRecord('user', { ...at('2026-11-02T12:00:00'), userId: 2, totalTokens: 5 }),
  usageRecord('dear', { ...at('2026-11-09T12:00:00'), model: 'mystery', costUsd: null }),
  usageRecord('paid by units', {
    ...at('2026-11-10T12:00:00'),
    attempts: [attemptWith('images', 2)],
  }),
  usageRecord('by two kinds', {
    ...at('2026-11-10T13:00:00'),
    attempts: [attemptWith('images', 1), attemptWith('seconds', 2.5)],
  }),
  usageRecord('last', at('2026-11-30T23:59:59.999')),
  usageRecord('after', at('2026-12-01T00:00:00.000')),
]

export function testSums(current: () => StoreUnderTest): void {
  const prepare = async () => {
    const { store, byHand, look } = current()
    for (const username of ['ada', 'bob'])
      await store.createUser({ username, email: null, role: 'user', monthlyQuotaTokens: null })
    // One batch each, so that costs are added in another order than a database does it.
    for (const record of RECORDS) await store.settle([record], 'i')
    const found = async () =>
      (await store.sumDifferences(MONTH)).map(({ table, figure }) => `${table}.${figure}`)
    return { store, byHand, look, found }
  }

  test('the totals equal the records in each month', async () => {
    const { store } = await prepare()
    for (const month of [10, 11, 12])
      expect(await store.sumDifferences({ year: 2026, month })).toEqual([])
  })

  describe.each(TABLES)('%s', (table) => {
    test('a manual change of any figure is found and repaired', async () => {
      const { store, byHand, found } = await prepare()
      for (const figure of table === 'usage_monthly' ? FIGURES : FINE_FIGURES) {
        byHand(`UPDATE ${table} SET ${figure} = ${figure} + 1 WHERE ${ofMonth(table)}`)
        expect([...new Set(await found())]).toEqual([`${table}.${figure}`])
        await store.repairMonth(MONTH)
        expect(await found()).toEqual([])
      }
    })

    test('emptied, it is found and filled again, and other months stay as they are', async () => {
      const { store, byHand, look, found } = await prepare()
      const rows = () => look(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4, 5`)
      const before = rows()
      byHand(`DELETE FROM ${table} WHERE ${ofMonth(table)}`)
      expect(await found()).toContain(`${table}.requests`)
      await store.repairMonth(MONTH)
      expect(await found()).toEqual([])
      expect(rounded(rows())).toEqual(rounded(before))
    })
  })

  test('a difference names the user, the number of rows and both totals', async () => {
    const { store, byHand } = await prepare()
    byHand('UPDATE usage_monthly SET total_tokens = 4 WHERE user_id = 2')
    byHand(`UPDATE usage_by_day SET requests = 7 WHERE day = '2026-11-01'`)
    expect(await store.sumDifferences(MONTH)).toEqual([
      {
        ...{ table: 'usage_by_day', figure: 'requests', userId: null, username: null },
        ...{ rows: 1, recorded: 2, summed: 7 },
      },
      {
        ...{ table: 'usage_monthly', figure: 'total_tokens', userId: 2, username: 'bob' },
        ...{ rows: 1, recorded: 5, summed: 4 },
      },
    ])
  })

  test('rows that belong to no record, and rows that make up for each other, are found', async () => {
    const { store, byHand, found } = await prepare()
    byHand(`UPDATE usage_by_user SET day = '2026-11-17' WHERE day = '2026-11-30'`)
    expect(await found()).toContain('usage_by_user.requests')
    const [difference] = await store.sumDifferences(MONTH)
    expect(difference).toMatchObject({ rows: 2, recorded: 1, summed: 1 })
    await store.repairMonth(MONTH)
    expect(await found()).toEqual([])
  })

  test('a cost that differs only by rounding is no difference', async () => {
    const { byHand, found } = await prepare()
    byHand('UPDATE usage_daily SET cost_usd = cost_usd + 0.0000000000001')
    expect(await found()).toEqual([])
  })

  test('a repair while records are stored and quotas are leased neither loses nor doubles any', async () => {
    const { store, found } = await prepare()
    const lease = { free: 0, lease: 0, needed: 1, least: 1, divisor: 4, defaultTokens: 1_000_000 }
    const stored = Array.from({ length: 30 }, async (_, turn) => {
      const record = usageRecord(`more-${turn}`, { userId: 1 + (turn % 2) })
      await store.settle([record], `i${turn}`)
      await store.quotas.lease({ ...lease, userId: 1, month: MONTH, instanceId: `i${turn}` })
    })
    const repaired = Array.from({ length: 5 }, () => store.repairMonth(MONTH))
    await Promise.all([...stored, ...repaired])
    expect(await found()).toEqual([])
  })
}

/** Costs to what matters of them. */
function rounded(rows: readonly Record<string, unknown>[]) {
  return rows.map((row) => ({ ...row, cost_usd: Number(row.cost_usd).toFixed(9) }))
}
