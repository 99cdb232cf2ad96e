/** Parts of a stream reach each client in the order of their opening, also if several are open at a time. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { chunk, finish } from '../../../test/support/translation/chat-samples.ts'
import { folded, streamed } from '../../../test/support/translation/translation.ts'
import type { CallPart, DialectName, Part } from '../neutral/neutral.ts'

/** Chat Completions puts each kind of part into a field of its own. */
const CLIENTS: readonly DialectName[] = ['messages', 'gemini', 'responses']

const called = (index: number, args: string, first: boolean) =>
  chunk({
    tool_calls: [
      {
        index,
        ...(first && { id: `call_${index}`, type: 'function' }),
        function: { ...(first && { name: 'look' }), arguments: args },
      },
    ],
  })

/** What remains of parts in each format: calls, and texts; neighbouring texts are one to Gemini. */
function plain(parts: readonly Part[]): string[] {
  const said: string[] = []
  for (const part of parts) {
    const isNext = said.at(-1)?.startsWith('text ') !== true
    if (part.type === 'call') said.push(`${part.id} ${part.args}`)
    else if (part.type === 'text' && isNext) said.push(`text ${part.text}`)
    else if (part.type === 'text') said.push(`${said.pop()}${part.text}`)
  }
  return said
}

test.each(CLIENTS)('a client of %s gets text that follows calls after them', (client) => {
  const events = [
    chunk({ role: 'assistant', content: 'Before.' }),
    called(0, '{"a":', true),
    called(1, '{"b":', true),
    chunk({ content: 'After.' }),
    called(0, '1}', false),
    called(1, '2}', false),
    finish('tool_calls'),
    '[DONE]',
  ]
  const { text } = streamed({ client, upstream: 'chat' }, events)
  expect(plain(folded(client, text).parts)).toEqual([
    'text Before.',
    'call_0 {"a":1}',
    'call_1 {"b":2}',
    'text After.',
  ])
})

const step = fc.oneof(
  fc.record({ text: fc.stringMatching(/^[a-z]{1,5}$/) }),
  fc.record({ call: fc.nat(3), digit: fc.integer({ min: 1, max: 9 }) }),
)

test.each(CLIENTS)('a client of %s gets any mixture of texts and calls in its order', (client) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const parts: Part[] = []
      const calls = new Map<number, CallPart>()
      const events = steps.map((each) => {
        if ('text' in each) {
          parts.push({ type: 'text', text: each.text })
          return chunk({ content: each.text })
        }
        const id = `call_${each.call}`
        const known = calls.get(each.call)
        const made = known ?? { type: 'call', id, name: 'look', args: '' }
        if (known === undefined) parts.push(made)
        calls.set(each.call, made)
        made.args += String(each.digit)
        return called(each.call, String(each.digit), known === undefined)
      })
      const { text } = streamed({ client, upstream: 'chat' }, [
        ...events,
        finish('tool_calls'),
        '[DONE]',
      ])
      // Gemini takes objects only; what a model wrote otherwise is kept as it is.
      if (client === 'gemini')
        for (const call of calls.values()) call.args = JSON.stringify({ _raw: call.args })
      expect(plain(folded(client, text).parts)).toEqual(plain(parts))
    }),
    { numRuns: 200 },
  )
})
