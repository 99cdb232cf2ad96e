/** Names of the predecessor as they can be used here. */
import { expect, test } from 'bun:test'
import { importableName, isEmail, keyLabel, shownPrefix } from './names.ts'

test.each([
  ['alice', 'alice'],
  ['张三', '张三'],
  [' Bob Smith ', 'Bob-Smith'],
  ['a@b.c', 'a@b.c'],
  ['12345', '12345-7'],
  ['', 'user-7'],
  ['system', 'system-7'],
  ['<script>', '-script-'],
  ['x'.repeat(200), 'x'.repeat(50)],
])('%j becomes %j', (name, expected) => {
  expect(importableName(name, '7')).toBe(expected)
})

test('a key has a label, whatever it was called', () => {
  expect(keyLabel('my\nlaptop', '3')).toBe('my laptop')
  expect(keyLabel(' ', '3')).toBe('imported key 3')
  expect(keyLabel('🔑'.repeat(80), '3').length).toBeLessThanOrEqual(120)
})

test('a prefix is never that of a key minted here', () => {
  expect(shownPrefix('sk-proxy-abc123', '3')).toBe('sk-proxy-abc123…')
  expect(shownPrefix('sk-old', '3')).toBe('sk-old')
  expect(shownPrefix('', '3')).toBe('imported-3')
})

test('a text that is not an address is refused', () => {
  expect(['a@b.c', 'nobody', null].map(isEmail)).toEqual([true, false, false])
})
