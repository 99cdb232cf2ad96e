/** What tells a complete answer from a cut one, in the streams of each wire. */
import { describe, expect, test } from 'bun:test'
import { targetOf, wire } from '../../../test/support/translation/translation.ts'
import type { StreamEvent } from '../neutral/answer.ts'
import type { JsonObject, WireName } from '../neutral/neutral.ts'

interface Wire {
  name: WireName
  /** A part of an answer. */
  beginning: readonly JsonObject[]
  /** An event whose reason to stop is empty; null if the wire has none. */
  emptyReason: JsonObject | null
  /** The reason to stop. */
  reason: JsonObject
  /** What follows it, with the usage. */
  ending: readonly (JsonObject | string)[]
}

const choice = (delta: object, finish_reason: string | null) => ({
  choices: [{ index: 0, delta, finish_reason }],
})
const candidate = (text: string, finishReason?: string) => ({
  candidates: [
    { content: { parts: [{ text }] }, ...(finishReason !== undefined && { finishReason }) },
  ],
})
const messageDelta = (stop_reason: string) => ({
  type: 'message_delta',
  delta: { stop_reason },
  usage: { output_tokens: 2 },
})

const WIRES: readonly Wire[] = [
  {
    name: 'chat',
    beginning: [choice({ role: 'assistant', content: 'Hi' }, null)],
    emptyReason: choice({ content: '!' }, ''),
    reason: choice({}, 'stop'),
    ending: [{ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } }, '[DONE]'],
  },
  {
    name: 'messages',
    beginning: [
      { type: 'message_start', message: { id: 'm', model: 'm', usage: { input_tokens: 3 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
    ],
    emptyReason: messageDelta(''),
    reason: messageDelta('end_turn'),
    ending: [{ type: 'message_stop' }],
  },
  {
    name: 'gemini',
    beginning: [candidate('Hi')],
    emptyReason: candidate('!', ''),
    reason: candidate('', 'STOP'),
    ending: [{ usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2 } }],
  },
  {
    name: 'converse',
    beginning: [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hi' } } },
    ],
    emptyReason: null,
    reason: { messageStop: { stopReason: 'end_turn' } },
    ending: [{ metadata: { usage: { inputTokens: 3, outputTokens: 2 } } }],
  },
  {
    name: 'responses',
    beginning: [
      { type: 'response.created', response: { id: 'r', model: 'm' } },
      { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'Hi' },
    ],
    emptyReason: null,
    reason: {
      type: 'response.completed',
      response: { status: 'completed', output: [], usage: { input_tokens: 3, output_tokens: 2 } },
    },
    ending: [],
  },
]

/** What the events say, and whether the reader takes the answer for complete before the body ends. */
function read(name: WireName, datas: readonly (JsonObject | string)[]) {
  const events: StreamEvent[] = []
  const reader = wire(name).readEvents(targetOf(name), (event) => events.push(event))
  for (const data of datas) reader.read(typeof data === 'string' ? data : JSON.stringify(data))
  const { finished } = reader
  const early = events.length
  reader.finish()
  return { events, early: events.slice(0, early), finished, last: events.at(-1)?.type }
}

describe.each(WIRES)('a stream of $name', ({ name, beginning, reason, ending }) => {
  test('without a reason to stop is a cut', () => {
    expect(read(name, beginning)).toMatchObject({ finished: false, last: 'fail' })
  })

  test('with a reason to stop is complete, whatever follows', () => {
    expect(read(name, [...beginning, reason])).toMatchObject({ finished: true, last: 'end' })
    const { events, last } = read(name, [...beginning, reason, ...ending])
    expect(last).toBe('end')
    const usage = events.findLast(({ type }) => type === 'usage')
    expect(usage).toMatchObject({ usage: { input: 3, output: 2 } })
  })
})

/** The others say only once that they stop. */
const WITH_EMPTY_REASONS = WIRES.filter(({ emptyReason }) => emptyReason !== null)

test.each(WITH_EMPTY_REASONS)('an empty reason to stop on $name is none', (given) => {
  const datas = [...given.beginning, given.emptyReason as JsonObject]
  expect(read(given.name, datas)).toMatchObject({ finished: false, last: 'fail' })
})

test('a chat upstream that counts in chunks without choices ends at its end, not at its first count', () => {
  const count = (completion_tokens: number) => ({
    choices: [],
    usage: { prompt_tokens: 3, completion_tokens },
  })
  const text = (content: string, finish: string | null = null) => choice({ content }, finish)
  const datas = [text('a'), count(1), text('b', 'stop'), count(2), count(7), '[DONE]']
  const { events } = read('chat', datas)
  expect(events.filter(({ type }) => type === 'end')).toHaveLength(1)
  expect(events.findLast(({ type }) => type === 'usage')).toMatchObject({ usage: { output: 7 } })
  const texts = events.flatMap((event) => (event.type === 'delta' ? [event.text] : []))
  expect(texts.join('')).toBe('ab')
})

test('text after an empty reason and a count is part of the answer', () => {
  const usage = { prompt_tokens: 3, completion_tokens: 1 }
  const { events, last } = read('chat', [
    choice({ content: 'a' }, ''),
    { choices: [], usage },
    choice({ content: 'b' }, ''),
    choice({}, 'stop'),
    '[DONE]',
  ])
  const texts = events.flatMap((event) => (event.type === 'delta' ? [event.text] : []))
  expect([texts.join(''), last]).toEqual(['ab', 'end'])
})
