/** What is typed into a limit. */
import { expect, test } from 'bun:test'
import { parseList, parseQuantity } from './quantity.ts'

test('an empty limit is not set, which is not zero', () => {
  expect(parseQuantity('  ')).toBeNull()
  expect(parseQuantity('0')).toBe(0)
})

test('units, separators and fractions are understood', () => {
  expect(parseQuantity('5M')).toBe(5_000_000)
  expect(parseQuantity('1.5k')).toBe(1500)
  expect(parseQuantity('5,000,000')).toBe(5_000_000)
  expect(parseQuantity('500万')).toBe(5_000_000)
  expect(parseQuantity('2 亿')).toBe(200_000_000)
})

test('a text that is not a whole number is distinguished from an empty one', () => {
  for (const text of ['abc', '-5', '1.5', '5MM', '1e99', '0x10'])
    expect(parseQuantity(text)).toBeUndefined()
})

test('a list drops blanks and repetitions, and an empty one is not set', () => {
  expect(parseList('a, b\n\nb;c ')).toEqual(['a', 'b', 'c'])
  expect(parseList(' \n')).toBeNull()
})
