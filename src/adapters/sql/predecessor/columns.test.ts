/** Values as SQLite and PostgreSQL give them. */
import { describe, expect, test } from 'bun:test'
import { columnText, countOf, flagOf, mapOf, namesOf, pick, timeOf } from './columns.ts'

describe('a time', () => {
  const NOON = Date.UTC(2026, 10, 3, 12)
  test.each([
    ['2026-11-03 12:00:00.000000', NOON],
    ['2026-11-03T12:00:00Z', NOON],
    ['2026-11-03 20:00:00+08', NOON],
    ['2026-11-03 20:00:00+0800', NOON],
    ['2026-11-03 12:00', NOON],
    ['2026-11-03', Date.UTC(2026, 10, 3)],
    ['infinity', null],
    ['yesterday', null],
    [null, null],
  ])('%j is %j', (value, ms) => {
    expect(timeOf(value)).toBe(ms)
  })
})

test('bytes are text, in either database', () => {
  expect(columnText(Buffer.from('gAAAAA'))).toBe('gAAAAA')
  expect(columnText('\\x6741')).toBe('gA')
  expect(columnText(7)).toBe('7')
})

test.each([
  ['["a","b"]', ['a', 'b']],
  ['{a,"b c"}', ['a', 'b c']],
  ['a, b', ['a', 'b']],
  ['[]', null],
  ['{}', null],
  ['null', null],
  [null, null],
])('the names in %j are %j', (value, names) => {
  expect(namesOf(value)).toEqual(names)
})

test('a map is a JSON object', () => {
  expect(mapOf('{"gpt-4o":"d"}')).toEqual({ 'gpt-4o': 'd' })
  for (const value of ['[]', '{}', 'x', null]) expect(mapOf(value)).toBeNull()
})

test('flags and counts in either form', () => {
  expect([1, 't', 'true', true].map(flagOf)).toEqual([true, true, true, true])
  expect([0, 'f', false, null].map(flagOf)).toEqual([false, false, false, null])
  expect([3, '12', -1, 'x', null].map(countOf)).toEqual([3, 12, null, null, null])
})

test('the first column with a value counts', () => {
  expect(pick({ a: null, b: '', c: 0 }, ['a', 'b', 'c', 'd'])).toBe(0)
  expect(pick({}, ['a'])).toBeNull()
})
