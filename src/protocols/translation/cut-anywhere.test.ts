/** The same stream, however the network cuts it: at each byte, with CRLF, or all in one packet. */
import { describe, expect, test } from 'bun:test'
import { SPOKEN } from '../../../test/support/spoken/index.ts'
import { translationOf } from '../../../test/support/translation/translation.ts'
import { TranslatedStream } from './translated-stream.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const ANSWER = {
  id: 'answer_1',
  // Characters of two, three and four bytes.
  pieces: ['Grüße', ' aus 東京', ' 🦊!'],
  usage: { input: 11, output: 7 },
}
const PAIRS = SPOKEN.flatMap((client) =>
  SPOKEN.filter(({ name }) => name !== client.name).map((upstream) => ({ client, upstream })),
)
const CASES = PAIRS.map((pair) => ({ ...pair, from: pair.client.name, to: pair.upstream.name }))

describe.each(CASES)('a $from client of a $to upstream', ({ client, upstream }) => {
  const text = upstream.events(ANSWER).join('')

  function read(packets: readonly Uint8Array[]): string {
    const stream = new TranslatedStream(
      translationOf({ client: client.name, upstream: upstream.name }),
      { hideUsage: false, secretForms: [] },
      () => {},
    )
    let out = ''
    for (const packet of packets) out += decoder.decode(stream.accept(packet) ?? new Uint8Array())
    const { bytes, end } = stream.finish()
    return `${out}${decoder.decode(bytes ?? new Uint8Array())}${end === 'complete' ? '' : end}`
  }

  const whole = read([encoder.encode(text)])

  test('reads all of it from one packet', () => {
    expect(client.read(whole)).toMatchObject({
      text: 'Grüße aus 東京 🦊!',
      errors: [],
      flaws: [],
      usage: ANSWER.usage,
    })
  })

  test('reads the same wherever it is cut in two', () => {
    const bytes = encoder.encode(text)
    const wrong: number[] = []
    for (let at = 1; at < bytes.length; at++)
      if (read([bytes.subarray(0, at), bytes.subarray(at)]) !== whole) wrong.push(at)
    expect(wrong).toEqual([])
  })

  test('reads the same byte by byte, and with CRLF', () => {
    for (const variant of [text, text.replaceAll('\n', '\r\n')]) {
      const bytes = encoder.encode(variant)
      expect(read(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toBe(whole)
    }
  })
})
