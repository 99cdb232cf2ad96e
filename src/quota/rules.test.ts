/** How much of a quota an instance leases. */
import { expect, test } from 'bun:test'
import { isLeasedElsewhere, type LeaseTerms, nextLease } from './rules.ts'

const terms = (more: Partial<LeaseTerms> = {}): LeaseTerms => ({
  lease: 0,
  free: 0,
  needed: 0,
  least: 0,
  divisor: 4,
  defaultTokens: null,
  ...more,
})
const figures = { quota: 1_000, used: 0, leasedElsewhere: 0 }

test('an instance asks for a quarter of what is free, however often it renews', () => {
  expect(nextLease(figures, terms())).toBe(250)
  expect(nextLease(figures, terms({ lease: 250, free: 250 }))).toBe(250)
  expect(nextLease(figures, terms({ lease: 250, free: 10 }))).toBe(430)
})

test('it gets all that it needs, as far as that is there', () => {
  expect(nextLease(figures, terms({ needed: 900, least: 10 }))).toBe(900)
  expect(nextLease({ ...figures, used: 300 }, terms({ needed: 900, least: 10 }))).toBe(700)
})

test('it takes nothing that serves none of its requests', () => {
  expect(nextLease({ ...figures, used: 300 }, terms({ needed: 900, least: 701 }))).toBe(0)
})

test('it can wait for others where their leases, and not its own requests, are in the way', () => {
  const others = { quota: 1_000, used: 100, leasedElsewhere: 500 }
  const asks = (needed: number) => terms({ lease: 200, free: 0, needed, least: needed })
  expect(isLeasedElsewhere(others, asks(200), 400)).toBe(false)
  expect(isLeasedElsewhere(others, asks(700), 200)).toBe(true)
  expect(isLeasedElsewhere(others, asks(701), 200)).toBe(false)
  expect(isLeasedElsewhere({ ...others, leasedElsewhere: 0 }, asks(700), 200)).toBe(false)
})
