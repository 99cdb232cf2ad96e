/** Which passwords may be set. */
import { expect, test } from 'bun:test'
import { passwordProblem } from './password.ts'

test('a password may be as long as the sign-in takes, and no longer', () => {
  const longest = 'a sentence as a password'.padEnd(256, '.')
  expect(passwordProblem(longest, 'admin')).toBeNull()
  expect(passwordProblem(`${longest}.`, 'admin')).toBe('use at most 256 characters')
})
