/** Sums of the predecessor against its requests. */
import { expect, test } from 'bun:test'
import { byMonth, larger, missing, totalsOf } from './balance.ts'

const sum = (userId: string, period: string, promptTokens: number, completionTokens: number) => ({
  userId,
  period,
  promptTokens,
  completionTokens,
  totalTokens: promptTokens + completionTokens,
})

test('tokens of a total beyond its requests are missing, and none if it has fewer', () => {
  const stated = totalsOf([sum('1', '2026-11', 100, 50), sum('2', '2026-11', 5, 5)])
  const found = totalsOf([sum('1', '2026-11', 40, 20), sum('2', '2026-11', 9, 9)])
  expect(missing(stated, found)).toEqual([{ ...sum('1', '2026-11', 60, 30), found: 60 }])
  expect(missing(stated, stated)).toEqual([])
})

test('the missing parts add up to the missing total, whatever the predecessor wrote', () => {
  const stated = totalsOf([
    { userId: '1', period: '2026-11', promptTokens: 0, completionTokens: 0, totalTokens: 30 },
  ])
  const found = totalsOf([sum('1', '2026-11', 9, 1)])
  expect(missing(stated, found)).toEqual([{ ...sum('1', '2026-11', 0, 20), found: 10 }])
})

test('days make months, and rows for each model are added up', () => {
  const days = totalsOf([
    sum('1', '2026-11-01', 1, 1),
    sum('1', '2026-11-01', 2, 2),
    sum('1', '2026-11-30', 4, 4),
    sum('1', '2026-12-01', 8, 8),
  ])
  expect(byMonth(days)).toEqual(totalsOf([sum('1', '2026-11', 7, 7), sum('1', '2026-12', 8, 8)]))
})

test('the larger of two statements is what must be stored', () => {
  const one = totalsOf([sum('1', '2026-10', 5, 5), sum('1', '2026-11', 1, 1)])
  const other = totalsOf([sum('1', '2026-11', 2, 2), sum('2', '2026-11', 3, 3)])
  expect(larger(one, other)).toEqual(
    totalsOf([sum('1', '2026-10', 5, 5), sum('1', '2026-11', 2, 2), sum('2', '2026-11', 3, 3)]),
  )
})
