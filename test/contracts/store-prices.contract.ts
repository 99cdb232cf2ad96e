/** The contract of the operator's own prices. */
import { expect, test } from 'bun:test'
import { NO_USAGE } from '../../src/core/token-usage.ts'
import type { AttemptNote, AttemptUse, UsageRecord } from '../../src/usage/record.ts'
import { type StoreUnderTest, usageRecord } from './store-under-test.ts'

const price = {
  model: 'gpt-4o',
  rates: {
    input: 2,
    output: 8.5,
    cached: 0.5,
    reasoning: null,
    audioInput: null,
    audioOutput: null,
  },
}
const unpriced = {
  costUsd: null,
  promptTokens: 1_000_000,
  completionTokens: 0,
  totalTokens: 1_000_000,
  cachedTokens: 0,
  reasoningTokens: 0,
  audioTokens: 0,
  audioOutputTokens: 0,
}

export function testPrices(current: () => StoreUnderTest): void {
  const costs = () =>
    current()
      .look('SELECT cost_usd FROM usage_records ORDER BY request_id')
      .map(({ cost_usd }) => cost_usd)

  test('a price is stored, replaced and removed', async () => {
    const { store } = current()
    await store.setPrice({ ...price, rates: { ...price.rates, input: 99 } })
    await store.setPrice(price)
    expect(await store.listPrices()).toEqual([price])
    expect(await store.unsetPrice('gpt-4o')).toBe(true)
    expect(await store.unsetPrice('gpt-4o')).toBe(false)
    expect(await store.listPrices()).toEqual([])
  })

  test('searches by a model cost something besides its tokens, and are not free without a price', async () => {
    const { store } = current()
    await store.setPrice({ ...price, model: 'gpt-5' })
    const searching = (provider: string): Partial<UsageRecord> => ({
      ...{ ...unpriced, model: 'gpt-5', upstreamModel: 'gpt-5', provider },
      attempts: [
        {
          ...{ upstreamKeyId: 1, upstream: 'main', status: 200, failure: null, ambiguous: false },
          units: [{ kind: 'searches', count: 3 }],
        },
      ],
    })
    await store.settle([usageRecord('1', searching('openai'))], 'i')
    await store.settle([usageRecord('2', searching('azure'))], 'i')
    expect(costs()).toEqual([2.03, null])
  })

  test('records are priced as they are stored, by the price that is set then', async () => {
    const { store } = current()
    await store.settle(
      [usageRecord('1', { ...unpriced, model: 'mine', upstreamModel: 'mine' })],
      'i',
    )
    await store.setPrice({ ...price, model: 'mine' })
    await store.settle(
      [usageRecord('2', { ...unpriced, model: 'mine', upstreamModel: 'mine' })],
      'i',
    )
    await store.settle(
      [usageRecord('3', { ...unpriced, model: 'alias', upstreamModel: 'mine' })],
      'i',
    )
    expect(costs()).toEqual([null, 2, 2])
  })

  test('each of several upstreams has its own price, and the user pays the sum', async () => {
    const { store, look } = current()
    await store.setPrice({
      ...price,
      model: 'dear',
      rates: { ...price.rates, input: 8, output: 40 },
    })
    await store.setPrice({
      ...price,
      model: 'cheap',
      rates: { ...price.rates, input: 1, output: 4 },
    })
    const attempt = { ...usageRecord('1').attempts[0], upstreamKeyId: 1 } as AttemptNote
    const took = (model: string, charged: AttemptUse['charged'], promptTokens: number) => ({
      ...attempt,
      used: {
        ...{ ...NO_USAGE, model, provider: 'compatible' as const, charged, promptTokens },
        ...{ completionTokens: charged === 'nothing' ? 0 : 500_000, totalTokens: promptTokens },
      },
    })
    const answered = { ...unpriced, model: 'public', upstreamModel: 'cheap' }
    const hedged = [took('dear', 'nothing', 1_000_000), attempt]
    const continued = [took('dear', 'all', 1_000_000), took('cheap', 'output', 2_000_000)]
    const unknown = [took('mystery', 'all', 1_000_000), took('cheap', 'output', 2_000_000)]
    const records = [hedged, continued, unknown].map((attempts, at) =>
      usageRecord(String(at), { ...answered, attempts }),
    )
    await store.settle(records, 'i')
    // 8 + 20 for the dear beginning, 2 for what the cheap one generated; what it read is not the user's.
    expect(costs()).toEqual([1, 30, null])
    const spent = look('SELECT attempt_log FROM usage_records ORDER BY request_id').map((row) =>
      (JSON.parse(String(row.attempt_log)) as AttemptNote[]).map(({ used }) => used?.costUsd),
    )
    expect(spent).toEqual([
      [8, undefined],
      [28, 4],
      [undefined, 4],
    ])
  })

  test('an unknown price adds nothing to the totals, and the record counts as unpriced', async () => {
    const { store, look } = current()
    const mystery = { ...unpriced, model: 'mystery', upstreamModel: 'mystery' }
    await store.settle([usageRecord('1', mystery), usageRecord('2', { costUsd: 0.5 })], 'i')
    expect(costs()).toEqual([null, 0.5])
    for (const table of ['usage_daily', 'usage_monthly'])
      expect(
        look(`SELECT sum(unpriced_requests) AS unpriced, sum(cost_usd) AS cost FROM ${table}`),
      ).toEqual([{ unpriced: 1, cost: 0.5 }])
  })
}
