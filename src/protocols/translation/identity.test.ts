/** Nothing is lost on the way from an answer to a stream or a whole reply and back, in any client's format. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  contextOf,
  dialect,
  folded,
  readRequest,
  targetOf,
  wire,
} from '../../../test/support/translation/translation.ts'
import type { NeutralResponse } from '../neutral/answer.ts'
import { EventFold, unfold } from '../neutral/fold.ts'
import type { DialectName, Part } from '../neutral/neutral.ts'
import { DIALECTS } from './formats.ts'

const words = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => text.trim() !== '')
const args = fc
  .dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }))
  .map((value) => JSON.stringify(value))
const text: fc.Arbitrary<Part> = words.map((value) => ({ type: 'text', text: value }))
const call: fc.Arbitrary<Part> = fc
  .record({ name: fc.stringMatching(/^[a-z]{1,8}$/), args, n: fc.nat(10_000_000) })
  .map(({ n, ...rest }) => ({ type: 'call', id: `call_${n}`, ...rest }))
const answer: fc.Arbitrary<NeutralResponse> = fc
  .record({
    before: fc.array(text, { maxLength: 1 }),
    calls: fc.uniqueArray(call, {
      maxLength: 3,
      selector: (part) => (part.type === 'call' ? part.id : ''),
    }),
    input: fc.nat(1000),
    output: fc.integer({ min: 1, max: 1000 }),
    cacheRead: fc.nat(1000),
  })
  .map(({ before, calls, input, output, cacheRead }) => ({
    id: 'x',
    model: 'm',
    parts: [...before, ...calls],
    end: { reason: calls.length > 0 ? 'call' : 'stop', stopText: null },
    usage: {
      input: input + cacheRead,
      output,
      cacheRead,
      cacheWrite5m: 0,
      cacheWrite1h: 0,
      reasoning: 0,
      audioInput: 0,
      audioOutput: 0,
    },
  }))

/** Gemini gives its calls no ids that others could keep, and JSON may be written in another way. */
function essence({ parts, end, usage }: NeutralResponse) {
  const calls = parts.flatMap((part) =>
    part.type === 'call' ? [[part.name, JSON.parse(part.args)]] : [],
  )
  const said = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  return { calls, said: said.join(''), end: end.reason, usage }
}

function context(client: DialectName) {
  const body =
    client === 'gemini'
      ? { contents: [] }
      : client === 'responses'
        ? { model: 'm', input: 'Hi' }
        : { model: 'm', messages: [] }
  return contextOf(readRequest(client, body))
}

test.each(Object.keys(DIALECTS) as DialectName[])(
  '%s: answer → stream and reply → answer',
  (client) => {
    fc.assert(
      fc.property(answer, (given) => {
        const writer = dialect(client).writeEvents(context(client))
        let stream = ''
        unfold(given, (event) => {
          stream += writer.write(event)
        })
        expect(essence(folded(client, stream))).toEqual(essence(given))
        const whole = dialect(client).writeResponse(given, context(client))
        expect(essence(wire(client).readResponse(whole, targetOf(client)))).toEqual(essence(given))
      }),
      { numRuns: 150 },
    )
  },
)

test('a fold of an unfolded answer is the answer', () => {
  fc.assert(
    fc.property(answer, (given) => {
      const fold = new EventFold()
      unfold(given, (event) => fold.add(event))
      expect(fold.response()).toEqual(given)
    }),
  )
})
