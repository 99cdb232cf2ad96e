/** Price files as operators keep them. */
import { expect, test } from 'bun:test'
import { parsePriceFile } from './price-file.ts'

test('prices in yuan become dollars, with comments, a byte order mark and quotes', () => {
  const text =
    '\ufeff# list prices\r\nmodel,input,output,cached\r\n"qwen-max",2.4,9.6,\r\nglm-4-plus,5,5,2.5\r\n\r\n'
  expect(parsePriceFile(text, 7.2)).toMatchObject([
    { model: 'qwen-max', rates: { input: 0.333333333333, output: 1.33333333333, cached: null } },
    { model: 'glm-4-plus', rates: { input: 0.694444444444, cached: 0.347222222222 } },
  ])
})

test.each([
  ['model,input\nm,1\n', 'line 1: the column output is missing'],
  ['model,input,output,speed\nm,1,2,3\n', "line 1: the column 'speed' is unknown"],
  ['model,input,output\nm,1,2\nn,cheap,2\n', 'line 3: input must be an amount'],
  ['model,input,output\nm,-1,2\n', 'line 2: input must be an amount'],
])('%j is refused by its line', (text, message) => {
  expect(() => parsePriceFile(text, 1)).toThrow(message)
})
