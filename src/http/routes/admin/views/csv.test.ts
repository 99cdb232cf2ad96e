/** CSV as spreadsheets take it. */
import { expect, test } from 'bun:test'
import { csv } from './csv.ts'

test('formulas are disarmed, quotes doubled, and a byte order mark comes first', async () => {
  const text = await new Response(
    csv([
      ['a', 'b'],
      ['=1+1', 'x "y", z'],
      ['-2', -2],
      [null, 'ü'],
    ]),
  ).text()
  const bytes = await new Response(csv([['a']])).bytes()
  expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  expect(text.replace('\ufeff', '')).toBe('a,b\r\n\'=1+1,"x ""y"", z"\r\n\'-2,-2\r\n,ü\r\n')
})

test('every row arrives, however many there are', async () => {
  const rows = Array.from({ length: 12_345 }, (_, at) => [at])
  const text = await new Response(csv(rows)).text()
  expect(text.trim().split('\r\n')).toHaveLength(12_345)
})
