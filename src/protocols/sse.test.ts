/** The splitter gives whole events and changes no byte, however the stream is cut. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { eventsOf, joined, SseSplitter } from './sse.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const decode = (bytes: Uint8Array | null) =>
  bytes === null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

/** Feeds `bytes` in pieces that end at `cuts` and gives what came out, with what was left. */
function fed(bytes: Uint8Array, cuts: readonly number[]) {
  const splitter = new SseSplitter()
  const out: Uint8Array[] = []
  let from = 0
  for (const to of [...cuts, bytes.length]) {
    const run = splitter.push(bytes.subarray(from, to))
    if (run) out.push(run)
    from = to
  }
  return { complete: out, rest: splitter.rest() }
}

describe('the splitter', () => {
  test('holds back an event until its blank line', () => {
    const splitter = new SseSplitter()
    expect(splitter.push(encode('data: a\n'))).toBeNull()
    expect(decode(splitter.push(encode('\ndata: b')))).toBe('data: a\n\n')
    expect(decode(splitter.rest())).toBe('data: b')
  })

  test.each(['\n', '\r\n', '\r'])('accepts %j as an end of line', (eol) => {
    const stream = `data: one${eol}${eol}: note${eol}${eol}data:two${eol}data: three${eol}${eol}`
    const { complete, rest } = fed(encode(stream), [])
    expect(decode(joined(complete))).toBe(stream)
    expect(rest).toBeNull()
    expect(eventsOf(stream).map(({ data }) => data)).toEqual(['one', null, 'two\nthree'])
  })

  test('gives the same bytes under any cutting, whole events only', () => {
    const event = fc.tuple(
      fc.constantFrom('data: ', 'data:', ': ', 'event: x'),
      fc.constantFrom('', '{"a":"é"}', '汉字😀', '[DONE]'),
    )
    const stream = fc
      .tuple(fc.array(event, { maxLength: 8 }), fc.constantFrom('\n', '\r\n', '\r'))
      .map(([events, end]) =>
        events.map(([field, value]) => `${field}${value}${end}${end}`).join(''),
      )
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 12 }), (text, cutsAt) => {
        const bytes = encode(text)
        const cuts = [...new Set(cutsAt)]
          .filter((cut) => cut < bytes.length)
          .sort((one, other) => one - other)
        const { complete, rest } = fed(bytes, cuts)
        expect(decode(joined([...complete, ...(rest ? [rest] : [])]))).toBe(text)
        expect(rest).toBeNull()
        for (const run of complete) expect(decode(run)).toMatch(/[\r\n]$/)
      }),
      { numRuns: 500 },
    )
  })

  test('reads data after a byte order mark', () => {
    expect(eventsOf('\uFEFFdata: x\n\n')[0]?.data).toBe('x')
  })
})
