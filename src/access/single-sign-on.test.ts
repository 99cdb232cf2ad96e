/** Roles by the claims of an OpenID provider. */
import { expect, test } from 'bun:test'
import type { UserRole } from '../core/entities.ts'
import { roleFor } from './single-sign-on.ts'

const MAPPING = new Map<string, UserRole>([
  ['finance', 'viewer'],
  ['admins', 'admin'],
  ['staff', 'user'],
])

test.each([
  ['one value gives its role', ['finance'], 'viewer'],
  ['of several values, the one with the most rights counts', ['staff', 'admins', 'x'], 'admin'],
  ['values that are not in the mapping give none', ['guests'], null],
  ['an empty claim gives none', [], null],
  ['a missing claim keeps the role', null, 'keep'],
] as const)('%s', (_, groups, role) => {
  expect(roleFor(MAPPING, groups)).toBe(role)
})

test('* matches any value, but not an empty claim', () => {
  const mapping = new Map<string, UserRole>([...MAPPING, ['*', 'user']])
  expect(roleFor(mapping, ['guests'])).toBe('user')
  expect(roleFor(mapping, ['guests', 'finance'])).toBe('viewer')
  expect(roleFor(mapping, [])).toBeNull()
})

test('without a mapping the provider decides no role', () => {
  expect(roleFor(new Map(), ['admins'])).toBe('keep')
})
