/** Days in time zones: with half-hour offsets and across daylight-saving changes. */
import { describe, expect, test } from 'bun:test'
import { bucketsOf, type Step } from './time-buckets.ts'

function shown(from: string, until: string, step: Step, zone: string): string[] {
  const range = { fromMs: Date.parse(from), untilMs: Date.parse(until) }
  const buckets = bucketsOf(range, step, { zone, max: 100 }) ?? []
  return buckets.map(({ fromMs }) => new Date(fromMs).toISOString().slice(0, 16))
}

describe('days', () => {
  test.each([
    ['UTC', '2026-11-28T00:00'],
    ['Asia/Shanghai', '2026-11-27T16:00'],
    ['Asia/Kolkata', '2026-11-27T18:30'],
    ['America/New_York', '2026-11-28T05:00'],
    ['Australia/Lord_Howe', '2026-11-27T13:00'],
  ])('of %s begin at its midnight', (zone, start) => {
    const [first] = shown('2026-11-28T10:00Z', '2026-11-28T11:00Z', 'day', zone)
    expect(first).toBe(start)
  })

  test('of 23 and 25 hours, where clocks are changed, leave no gap and do not overlap', () => {
    const range = {
      fromMs: Date.parse('2026-03-28T00:00Z'),
      untilMs: Date.parse('2026-03-31T00:00Z'),
    }
    const days = bucketsOf(range, 'day', { zone: 'Europe/Berlin', max: 10 }) ?? []
    const hours = days.map(({ fromMs, untilMs }) => (untilMs - fromMs) / 3_600_000)
    expect(hours).toEqual([24, 23, 24, 24])
    for (const [at, { untilMs }] of days.entries())
      if (at + 1 < days.length) expect(days[at + 1]?.fromMs).toBe(untilMs)
    const autumn = {
      fromMs: Date.parse('2026-10-25T10:00Z'),
      untilMs: Date.parse('2026-10-25T11:00Z'),
    }
    const [day] = bucketsOf(autumn, 'day', { zone: 'Europe/Berlin', max: 10 }) ?? []
    expect(((day?.untilMs ?? 0) - (day?.fromMs ?? 0)) / 3_600_000).toBe(25)
  })
})

test('weeks begin on Monday, months on their first', () => {
  expect(shown('2026-11-28T10:00Z', '2026-11-28T11:00Z', 'week', 'UTC')).toEqual([
    '2026-11-23T00:00',
  ])
  expect(shown('2026-11-28T10:00Z', '2027-01-02T00:00Z', 'month', 'Asia/Shanghai')).toEqual([
    '2026-10-31T16:00',
    '2026-11-30T16:00',
    '2026-12-31T16:00',
  ])
})

test('hours of a zone half an hour off begin at its hours', () => {
  expect(shown('2026-11-28T10:40Z', '2026-11-28T12:00Z', 'hour', 'Asia/Kolkata')).toEqual([
    '2026-11-28T10:30',
    '2026-11-28T11:30',
  ])
})

test('a range of more buckets than allowed is refused instead of computed', () => {
  const range = { fromMs: 0, untilMs: Date.parse('2026-01-01T00:00Z') }
  expect(bucketsOf(range, 'hour', { zone: 'UTC', max: 400 })).toBeNull()
})
