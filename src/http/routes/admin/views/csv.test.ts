/** CSV as spreadsheets take it. */
import { expect, test } from 'bun:test'
import { csv, inPages } from './csv.ts'

test('formulas are disarmed, quotes doubled, and a byte order mark comes first', async () => {
  const text = await new Response(
    csv(
      inPages([
        ['a', 'b'],
        ['=1+1', 'x "y", z'],
        ['-2', -2],
        [null, 'ü'],
      ]),
    ),
  ).text()
  const bytes = await new Response(csv(inPages([['a']]))).bytes()
  expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf])
  expect(text.replace('\ufeff', '')).toBe('a,b\r\n\'=1+1,"x ""y"", z"\r\n\'-2,-2\r\n,ü\r\n')
})

test('every row arrives, however many there are', async () => {
  const rows = Array.from({ length: 12_345 }, (_, at) => [at])
  const text = await new Response(csv(inPages(rows))).text()
  expect(text.trim().split('\r\n')).toHaveLength(12_345)
})

test('a page is asked for when the client has read the one before, and none after it has left', async () => {
  let asked = 0
  let ended = false
  async function* pages() {
    try {
      for (;;) yield [[++asked]]
    } finally {
      ended = true
    }
  }
  const reader = csv(pages()).getReader()
  await reader.read()
  expect(asked).toBe(1)
  await reader.read()
  expect(asked).toBe(2)
  await reader.cancel()
  expect([asked, ended]).toEqual([2, true])
})

test('a file breaks off if a page fails, instead of ending as if it were whole', async () => {
  async function* pages() {
    yield [['a']]
    throw new Error('the database is away')
  }
  expect(new Response(csv(pages())).text()).rejects.toThrow('the database is away')
})
