/** A pasted list of keys in parts. */
import { expect, test } from 'bun:test'
import { importPlan } from './import-parts.ts'

test('lines keep their numbers, blanks are left out, and a repeated key is not sent', () => {
  const plan = importPlan('sk-a\r\n\n  sk-b \nsk-a\nsk-c', 2)
  expect(plan.parts).toEqual([
    [
      { line: 1, secret: 'sk-a' },
      { line: 3, secret: 'sk-b' },
    ],
    [{ line: 5, secret: 'sk-c' }],
  ])
  expect(plan.repeated).toEqual([{ line: 4, secret: 'sk-a' }])
})

test('ten thousand lines are parts of equal length', () => {
  const text = Array.from({ length: 10_000 }, (_, at) => `sk-${at}`).join('\n')
  expect(importPlan(text, 500).parts.map(({ length }) => length)).toEqual(Array(20).fill(500))
  expect(importPlan('\n \n', 500).parts).toEqual([])
})
