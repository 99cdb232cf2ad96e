/** Large bodies: the same value as `JSON.parse` returns, and bounded work for hostile ones. */
import { describe, expect, test } from 'bun:test'
import { parseLarge } from './large-body.ts'
import { readBody } from './request-body.ts'

const LONG = 'A'.repeat(100_000)
const MIB = 2 ** 20

describe('parseLarge returns what JSON.parse returns', () => {
  test.each([
    { a: LONG },
    { a: LONG, b: [LONG, 'x', { c: LONG, d: 1, e: null, f: true }], g: '' },
    [LONG, [LONG, [LONG]]],
    LONG,
    { [LONG]: 1, [`${LONG}b`]: LONG },
    { a: `${LONG}\n`, b: `\\${LONG}`, c: `"${LONG}"`, d: LONG },
    { a: `${LONG}汉字😀`, b: `${LONG}\u2028\ue000` },
  ] as unknown[])('%#', (value) => {
    expect(parseLarge(JSON.stringify(value))).toEqual(value)
    expect(parseLarge(JSON.stringify(value, null, 2))).toEqual(value)
  })

  test('a member called __proto__ stays a member', () => {
    const text = `{"__proto__":"${LONG}","b":{"__proto__":{"c":"${LONG}"}}}`
    expect(JSON.stringify(parseLarge(text))).toBe(text)
  })

  test('of two members of one name, the last counts', () => {
    expect(parseLarge(`{"a":"${LONG}","a":"short"}`)).toEqual({ a: 'short' })
    expect(parseLarge(`{"a":"short","a":"${LONG}"}`)).toEqual({ a: LONG })
  })

  test.each([
    `{"a":"${LONG}`,
    `{"a":"${LONG}" "b":1}`,
    `{"a":"${LONG}\n"}`,
    `{"a":"${LONG}\t${LONG}"}`,
    `{"a":"${LONG}\\x"}`,
    `{"a":${LONG}}`,
  ])('malformed text is a SyntaxError %#', (text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError)
    expect(() => parseLarge(text)).toThrow(SyntaxError)
  })
})

test('an image of 40 MiB in a body is not copied', () => {
  const image = `data:image/png;base64,${'A'.repeat(40 * MIB)}`
  const bytes = Buffer.from(
    `{"model":"m","messages":[{"content":[{"image_url":{"url":"${image}"}}]}]}`,
  )
  // As it comes from a socket: one piece, not two strings that are joined when they are first read.
  const text = bytes.toString('latin1')
  Bun.gc(true)
  const before = process.memoryUsage().rss
  const body = readBody(text, new Set())
  expect(process.memoryUsage().rss - before).toBeLessThan(20 * MIB)
  expect(JSON.stringify(body).length).toBe(text.length)
})

const objects = (count: number, nameOf: (at: number) => string) =>
  `[${Array.from({ length: count }, (_, at) => `{${nameOf(at)}}`).join(',')}]`

test.each([
  ['lists', `[${'[],'.repeat(3_000_000)}1]`, 'objects and lists'],
  ['numbers', `[${'1,'.repeat(3_000_000)}1]`, 'values'],
  ['names', objects(30_000, (at) => `"a${at}":1,"b${at}":1,"c${at}":1,"d${at}":1`), 'names'],
  ['escapes', `"${'\\n'.repeat(5_000_000)}"`, 'escaped characters'],
])('a body of millions of %s is refused before it is parsed', (_, hostile, reason) => {
  expect(() => readBody(`{"model":"m","x":${hostile}}`, new Set())).toThrow(reason)
})

test('escapes within the bound are read: a million Chinese characters, as Python writes them', () => {
  const text = `{"x":"${'\\u6c49'.repeat(1_000_000)}"}`
  expect(readBody(text, new Set())).toEqual({ x: '汉'.repeat(1_000_000) })
})
