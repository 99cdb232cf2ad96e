/** One usage for an answer that several upstreams gave. */
import { expect, test } from 'bun:test'
import { NO_USAGE } from '../../core/token-usage.ts'
import { coveringUsage } from './cover.ts'

test('searches of the continuation count, whatever is charged of its prompt', () => {
  const first = { ...NO_USAGE, promptTokens: 5, completionTokens: 2, units: { searches: 1 } }
  const last = { ...NO_USAGE, promptTokens: 7, completionTokens: 3, units: { searches: 2 } }
  for (const charge of ['answer', 'all'] as const)
    expect(coveringUsage(first, last, charge)).toMatchObject({ units: { searches: 3 } })
  expect(coveringUsage(NO_USAGE, last, 'answer').units).toEqual({ searches: 2 })
})
