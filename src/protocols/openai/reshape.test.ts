/** Whole replies as streams, and the reverse. */
import { describe, expect, test } from 'bun:test'
import { eventsOf } from '../sse.ts'
import { parseRequest } from './request.ts'
import { replyOfStream, streamOfReply } from './reshape.ts'

const chat = parseRequest('chat/completions', '{"model":"m"}')
const text = parseRequest('completions', '{"model":"m"}')
const dataOf = (stream: string) => eventsOf(stream).map(({ data }) => data ?? '')

const REPLIES: [string, object][] = [
  [
    'text',
    {
      choices: [
        { index: 0, message: { role: 'assistant', content: '你好' }, finish_reason: 'stop' },
      ],
    },
  ],
  [
    'several choices',
    {
      choices: [0, 1].map((index) => ({
        index,
        message: { role: 'assistant', content: `c${index}` },
        finish_reason: 'length',
      })),
    },
  ],
  [
    'calls and a thought',
    {
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: null,
            reasoning_content: 'hm',
            tool_calls: ['a', 'b'].map((name) => ({
              id: `call_${name}`,
              type: 'function',
              function: { name, arguments: '{}' },
            })),
          },
          finish_reason: 'tool_calls',
        },
      ],
    },
  ],
]

describe('a reply', () => {
  test.each(REPLIES)('of %s is the same after it was a stream', (_, more) => {
    const reply = {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      system_fingerprint: 'f',
      ...more,
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    }
    const stream = streamOfReply(chat, JSON.stringify(reply)) ?? ''
    expect(dataOf(stream).at(-1)).toBe('[DONE]')
    expect(JSON.parse(replyOfStream(chat, stream) ?? '')).toEqual(reply)
  })

  test('of a completion has its text in one event', () => {
    const reply = {
      id: 'c',
      object: 'text_completion',
      choices: [{ index: 0, text: 'x', finish_reason: 'stop' }],
    }
    const stream = streamOfReply(text, JSON.stringify(reply)) ?? ''
    expect(JSON.parse(replyOfStream(text, stream) ?? '')).toEqual(reply)
  })

  test.each(['[]', '{"data":[]}', 'no JSON'])(
    'that is not a completion (%s) is not a stream',
    (body) => {
      expect(streamOfReply(chat, body)).toBeNull()
    },
  )
})

test('a reply that is nested too deeply is none', () => {
  const usage = `${'{"tokens":'.repeat(200_000)}1${'}'.repeat(200_000)}`
  expect(streamOfReply(chat, `{"choices":[],"usage":${usage}}`)).toBeNull()
})

describe('a stream', () => {
  const chunk = (delta: object, finish: string | null = null) =>
    `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
  const call = (index: number, more: object) => ({ tool_calls: [{ index, ...more }] })

  test('puts the pieces of parallel calls together', () => {
    const stream =
      chunk({ role: 'assistant', content: null }) +
      chunk(call(0, { id: 'a', type: 'function', function: { name: 'f', arguments: '' } })) +
      chunk(call(1, { id: 'b', type: 'function', function: { name: 'g', arguments: '{' } })) +
      chunk(call(0, { function: { arguments: '{"x":' } })) +
      chunk(call(1, { function: { arguments: '}' } })) +
      chunk(call(0, { function: { arguments: '1}' } })) +
      chunk({}, 'tool_calls')
    const { message } = JSON.parse(replyOfStream(chat, stream) ?? '').choices[0]
    expect(message.tool_calls).toEqual([
      { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
      { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
    ])
  })

  test('that was cut is not a reply', () => {
    expect(replyOfStream(chat, chunk({ content: 'half' }))).toBeNull()
    expect(replyOfStream(chat, ': comment\n\n')).toBeNull()
  })
})
