/** The spans of partitions. */
import { expect, test } from 'bun:test'
import { endInBound, endOfPast, nextStart, partitionName, spansAhead, weekStart } from './weeks.ts'

const at = (text: string) => Date.parse(text)
const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)

test('a week begins on Monday at midnight UTC', () => {
  expect(day(weekStart(at('2026-11-29T23:59:59.999Z')))).toBe('2026-11-23')
  expect(day(weekStart(at('2026-11-30T00:00:00.000Z')))).toBe('2026-11-30')
})

test('an empty table has no past, so its partitions begin with this week', () => {
  expect(day(endOfPast(at('2026-11-29T12:00:00Z'), null))).toBe('2026-11-23')
})

test('the past ends at least a week ahead, and after its newest record', () => {
  expect(day(endOfPast(at('2026-11-29T12:00:00Z'), 0))).toBe('2026-12-07')
  expect(day(endOfPast(at('2026-11-30T00:00:00Z'), 0))).toBe('2026-12-14')
  const newest = at('2027-03-01T00:00:00.000Z')
  expect(day(endOfPast(at('2026-11-29T12:00:00Z'), newest))).toBe('2027-03-08')
})

test('weeks follow each other without a gap until four weeks ahead', () => {
  const spans = spansAhead(at('2026-12-07'), {
    nowMs: at('2026-11-29T12:00:00Z'),
    retentionDays: 90,
  })
  expect(spans.map(({ fromMs }) => day(fromMs))).toEqual(['2026-12-07', '2026-12-14', '2026-12-21'])
  expect(spans.map(({ untilMs }) => day(untilMs))).toEqual([
    '2026-12-14',
    '2026-12-21',
    '2026-12-28',
  ])
})

test('for long retentions, and without one, a partition holds four weeks', () => {
  for (const days of [0, 101]) {
    const [first, ...more] = spansAhead(at('2026-12-07'), {
      nowMs: at('2026-11-29T12:00:00Z'),
      retentionDays: days,
    })
    expect(first && day(first.untilMs)).toBe('2027-01-04')
    expect(more).toEqual([])
  }
})

test('after a long absence, no partition begins before tomorrow', () => {
  const now = at('2026-11-29T12:00:00Z')
  expect(day(nextStart(at('2026-12-07'), now))).toBe('2026-12-07')
  expect(day(nextStart(at('2026-01-05'), now))).toBe('2026-12-07')
  expect(day(nextStart(at('2026-11-30'), now))).toBe('2026-12-07')
})

test('a partition is named by its first day', () => {
  expect(partitionName({ fromMs: at('2026-11-30'), untilMs: 0 })).toBe(
    'usage_records_from_20261130',
  )
})

test('the end of a bound is read as PostgreSQL writes it', () => {
  expect(
    endInBound("FOR VALUES FROM ('2026-11-30T00:00:00.000Z') TO ('2026-12-07T00:00:00.000Z')"),
  ).toBe(at('2026-12-07'))
  expect(endInBound("FOR VALUES FROM (MINVALUE) TO ('2026-12-07T00:00:00.000Z')")).toBe(
    at('2026-12-07'),
  )
  expect(endInBound('DEFAULT')).toBeNull()
  expect(endInBound("FOR VALUES FROM ('2026-12-07T00:00:00.000Z') TO (MAXVALUE)")).toBeNull()
})
