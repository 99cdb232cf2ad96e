/** JSON that is none by the letter, and what stays no JSON. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseLeniently } from './lenient-json.ts'

test.each([
  ['{"a":[NaN, -Infinity,Infinity ],"b":NaN}', { a: [null, null, null], b: null }],
  ['\uFEFF{"a":1}', { a: 1 }],
  ['{"a":"x\ny"}', { a: 'x y' }],
  ['{"a":", NaN,"}', { a: ', NaN,' }],
])('%j is read', (text, expected) => {
  expect(parseLeniently(text)).toEqual(expected)
})

test.each(['', '<html>', 'NaN', '{"a":Na}', '{"a":1', 'data: {"a":NaN}'])(
  '%j is not JSON',
  (text) => {
    expect(() => parseLeniently(text)).toThrow(SyntaxError)
  },
)

test('all JSON is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseLeniently(text)).toEqual(JSON.parse(text))
    }),
  )
})
