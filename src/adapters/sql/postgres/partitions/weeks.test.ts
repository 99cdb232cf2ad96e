/** The spans of partitions. */
import { expect, test } from 'bun:test'
import {
  endOfPast,
  missingSpans,
  partitionName,
  spanInBound,
  spansAhead,
  weekStart,
} from './weeks.ts'

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

const missing = (retentionDays: number, ...existing: [from: number, until: number][]) =>
  missingSpans(
    existing.map(([fromMs, untilMs]) => ({ fromMs, untilMs })),
    { nowMs: at('2026-11-29T12:00:00Z'), retentionDays },
  ).map(({ fromMs, untilMs }) => `${day(fromMs)} ${day(untilMs)}`)

test('after a long absence, no partition begins before tomorrow', () => {
  const weeks = ['2026-12-07 2026-12-14', '2026-12-14 2026-12-21', '2026-12-21 2026-12-28']
  expect(missing(40, [-Infinity, at('2026-12-07')])).toEqual(weeks)
  expect(missing(40, [-Infinity, at('2026-01-05')])).toEqual(weeks)
  expect(missing(40)).toEqual(weeks)
})

test('weeks before a partition that is far ahead, and between others, are created', () => {
  const far = [at('2031-01-06'), at('2031-01-13')] as [number, number]
  expect(missing(40, far)).toHaveLength(3)
  expect(missing(40, far, [at('2026-12-14'), at('2026-12-21')])).toEqual([
    '2026-12-07 2026-12-14',
    '2026-12-21 2026-12-28',
  ])
  expect(missing(40, [-Infinity, Infinity])).toEqual([])
  // One whose bounds are no Mondays.
  expect(missing(40, [at('2026-12-09'), at('2026-12-16')])).toEqual([
    '2026-12-07 2026-12-09',
    '2026-12-21 2026-12-28',
  ])
})

test('four weeks end where another partition begins', () => {
  expect(missing(0, [-Infinity, at('2026-12-07')], [at('2026-12-21'), at('2026-12-28')])).toEqual([
    '2026-12-07 2026-12-21',
  ])
  expect(missing(0, [-Infinity, at('2026-12-14')])).toEqual(['2026-12-14 2027-01-11'])
})

test('a partition is named by its first day', () => {
  expect(partitionName({ fromMs: at('2026-11-30'), untilMs: 0 })).toBe(
    'usage_records_from_20261130',
  )
})

test('a bound is read as PostgreSQL writes it', () => {
  const [from, until] = ["'2026-11-30T00:00:00.000Z'", "'2026-12-07T00:00:00.000Z'"]
  const read = (from: string, until: string) =>
    spanInBound(`FOR VALUES FROM (${from}) TO (${until})`)
  const [fromMs, untilMs] = [at('2026-11-30'), at('2026-12-07')]
  expect(read(from, until)).toEqual({ fromMs, untilMs })
  expect(read('MINVALUE', until)).toEqual({ fromMs: -Infinity, untilMs })
  expect(read(from, 'MAXVALUE')).toEqual({ fromMs, untilMs: Infinity })
  expect(spanInBound('DEFAULT')).toBeNull()
})
