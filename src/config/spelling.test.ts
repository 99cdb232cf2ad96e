/** Which variable a misspelt name means. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { editDistance, meantName } from './spelling.ts'

const KNOWN = ['DATA_DIR', 'PUBLIC_URL', 'RATE_LIMIT_KEY_RPM', 'UPSTREAM_IDLE_TIMEOUT_MS', 'PORT']

test('one mistake in a short name and two in a long one are understood', () => {
  expect(meantName('DATA_DRI', KNOWN)).toBe('DATA_DIR')
  expect(meantName('DATDIRS', KNOWN)).toBeNull()
  expect(meantName('PUBLIC_ULR', KNOWN)).toBe('PUBLIC_URL')
  expect(meantName('rate_limit_key_rmp', KNOWN)).toBe('RATE_LIMIT_KEY_RPM')
  expect(meantName('PORTS', KNOWN)).toBeNull()
  expect(meantName('KUBERNETES_SERVICE_HOST', KNOWN)).toBeNull()
})

test('a name with a prefix of ours means the nearest one, however far away', () => {
  expect(meantName('UPSTREAM_TIMEOUT', KNOWN)).toBe('UPSTREAM_IDLE_TIMEOUT_MS')
})

test('a name that means nothing has more mistakes than allowed for every known name', () => {
  const letter = fc.constantFrom('A', 'T', '_', 'D', 'I', 'R')
  const mutated = fc
    .tuple(
      fc.constantFrom(...KNOWN),
      fc.nat(24),
      fc.nat(3),
      fc.string({ unit: letter, maxLength: 3 }),
    )
    .map(([name, at, cut, put]) => name.slice(0, at) + put + name.slice(at + cut))
  fc.assert(
    fc.property(mutated, (name) => {
      const meant = meantName(name, KNOWN)
      if (meant !== null || name.length < 6) return
      for (const known of KNOWN.filter(({ length }) => length >= 6))
        expect(editDistance(name, known)).toBeGreaterThan(known.length < 12 ? 1 : 2)
    }),
    { numRuns: 2000 },
  )
})
