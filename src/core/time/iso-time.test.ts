/** Compared with the runtime's own formatting of times. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { isoTime } from './iso-time.ts'

const FURTHEST_MS = 8_640_000_000_000_000

test('any time is written as Date writes it, whatever was written before', () => {
  const any = fc.integer({ min: -FURTHEST_MS, max: FURTHEST_MS })
  const near = fc.integer({ min: 1_795_000_000_000, max: 1_795_000_003_000 })
  fc.assert(
    fc.property(fc.array(fc.oneof(any, near), { minLength: 1 }), (times) => {
      for (const ms of times) expect(isoTime(ms)).toBe(new Date(ms).toISOString())
    }),
  )
})

test('an invalid time throws, and does not affect the next one', () => {
  const ms = Date.UTC(2026, 10, 23)
  expect(isoTime(ms)).toBe('2026-11-23T00:00:00.000Z')
  expect(() => isoTime(Number.NaN)).toThrow(RangeError)
  expect(() => isoTime(FURTHEST_MS + 1000)).toThrow(RangeError)
  expect(isoTime(ms)).toBe('2026-11-23T00:00:00.000Z')
})
