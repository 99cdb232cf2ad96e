/** Tables for people. */
import { expect, test } from 'bun:test'
import { table } from './output.ts'

test('columns line up, numbers to the right, also with wide characters', () => {
  const rows = [
    { name: '主键', count: 5 },
    { name: 'spare', count: 120 },
  ]
  expect(table(rows)).toBe('NAME   COUNT\n主键       5\nspare    120\n')
})

test('a value can neither break a line nor move the cursor', () => {
  expect(table([{ error: 'a\nb\x1b[2Jc\u202e' }])).toBe('ERROR\na?b?[2Jc?\n')
})
