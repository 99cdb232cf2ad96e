/** The contract of the operator's own prices. */
import { expect, test } from 'bun:test'
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

  test('a price is kept, replaced and taken back', async () => {
    const { store } = current()
    await store.setPrice({ ...price, rates: { ...price.rates, input: 99 } })
    await store.setPrice(price)
    expect(await store.listPrices()).toEqual([price])
    expect(await store.unsetPrice('gpt-4o')).toBe(true)
    expect(await store.unsetPrice('gpt-4o')).toBe(false)
    expect(await store.listPrices()).toEqual([])
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
