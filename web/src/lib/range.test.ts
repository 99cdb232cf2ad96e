/** Ranges in the reporting time zone. */
import { expect, test } from 'bun:test'
import { boundsOf, monthStart } from './range.ts'

const at = Date.parse('2026-11-28T12:00:00Z')

test('a month starts at local midnight, also at half-hour offsets and across a change of clocks', () => {
  const starts = Object.entries({
    UTC: '2026-11-01T00:00:00.000Z',
    'Asia/Shanghai': '2026-10-31T16:00:00.000Z',
    'Asia/Kolkata': '2026-10-31T18:30:00.000Z',
    'America/New_York': '2026-11-01T04:00:00.000Z',
  })
  for (const [zone, start] of starts)
    expect(new Date(monthStart(at, zone)).toISOString()).toBe(start)
})

test('the month is the local one where UTC has another', () => {
  const newYear = Date.parse('2026-12-31T20:00:00Z')
  expect(new Date(monthStart(newYear, 'Asia/Shanghai')).toISOString()).toBe(
    '2026-12-31T16:00:00.000Z',
  )
})

test('own bounds win over a named range', () => {
  const from = '2026-01-01T00:00:00.000Z'
  const until = '2026-01-02T00:00:00.000Z'
  expect(boundsOf({ range: '7d', from, until })).toEqual({ from, until })
})

test('a range ends at the next whole minute and has its length', () => {
  const { from, until } = boundsOf({ range: '24h' })
  expect(Date.parse(until) - Date.parse(from)).toBe(86_400_000)
  expect(Date.parse(until) % 60_000).toBe(0)
  expect(Date.parse(until)).toBeGreaterThan(Date.now())
})
