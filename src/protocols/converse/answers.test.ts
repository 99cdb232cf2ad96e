/** What clients get of the answers of Bedrock Converse. */
import { describe, expect, test } from 'bun:test'
import {
  answered,
  streamed,
  targetOf,
  wire,
} from '../../../test/support/translation/translation.ts'
import type { StreamEvent } from '../neutral/answer.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const STREAM: readonly (readonly [string, JsonObject])[] = [
  ['messageStart', { role: 'assistant' }],
  ['contentBlockDelta', { contentBlockIndex: 0, delta: { reasoningContent: { text: 'Hm.' } } }],
  [
    'contentBlockDelta',
    { contentBlockIndex: 0, delta: { reasoningContent: { signature: 'Eq==' } } },
  ],
  ['contentBlockStop', { contentBlockIndex: 0 }],
  ['contentBlockDelta', { contentBlockIndex: 1, delta: { text: 'Let me look.' } }],
  ['contentBlockStop', { contentBlockIndex: 1 }],
  [
    'contentBlockStart',
    { contentBlockIndex: 2, start: { toolUse: { toolUseId: 't1', name: 'look' } } },
  ],
  ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '{"at":' } } }],
  ['contentBlockDelta', { contentBlockIndex: 2, delta: { toolUse: { input: '1}' } } }],
  ['contentBlockStop', { contentBlockIndex: 2 }],
  ['messageStop', { stopReason: 'tool_use' }],
  [
    'metadata',
    {
      usage: {
        inputTokens: 10,
        outputTokens: 5,
        totalTokens: 115,
        cacheReadInputTokens: 80,
        cacheWriteInputTokens: 20,
        cacheDetails: [{ ttl: '1h', inputTokens: 15 }],
      },
    },
  ],
]
const WHOLE = {
  output: {
    message: {
      role: 'assistant',
      content: [
        { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'Eq==' } } },
        { text: 'Let me look.' },
        { toolUse: { toolUseId: 't1', name: 'look', input: { at: 1 } } },
      ],
    },
  },
  stopReason: 'tool_use',
  usage: STREAM.at(-1)?.[1].usage,
}

function read(events: readonly (readonly [string, JsonObject])[]): StreamEvent[] {
  const read: StreamEvent[] = []
  const reader = wire('converse').readEvents(targetOf('converse'), (event) => read.push(event))
  for (const [name, event] of events) reader.read(JSON.stringify(event), name)
  reader.finish()
  return read
}

describe('an answer of Converse', () => {
  test('has its thought, text, call and usage; what was cached counts as input', () => {
    const response = wire('converse').readResponse(WHOLE, targetOf('converse'))
    expect(response.parts).toEqual([
      {
        type: 'reasoning',
        text: 'Hm.',
        signature: { vendor: 'anthropic', account: 'main', payload: 'Eq==' },
      },
      { type: 'text', text: 'Let me look.' },
      { type: 'call', id: 't1', name: 'look', args: '{"at":1}' },
    ])
    expect(response.usage).toMatchObject({
      input: 110,
      output: 5,
      cacheRead: 80,
      cacheWrite5m: 5,
      cacheWrite1h: 15,
    })
  })

  test('is the same streamed', () => {
    const texts = read(STREAM).flatMap((event) => (event.type === 'delta' ? [event.text] : []))
    expect(texts).toEqual(['Hm.', 'Let me look.', '{"at":', '1}'])
    const body = answered({ client: 'messages', upstream: 'converse' }, WHOLE)
    expect(body.usage).toMatchObject({
      input_tokens: 10,
      cache_read_input_tokens: 80,
      cache_creation_input_tokens: 20,
    })
    expect(body.stop_reason).toBe('tool_use')
    const usages = read(STREAM).filter(({ type }) => type === 'usage')
    expect(usages).toMatchObject([{ usage: { input: 110, output: 5 } }])
    expect(read(STREAM).at(-1)).toMatchObject({ type: 'end', reason: 'call' })
  })

  test('that ends without its last event has its reason, and without a reason is cut', () => {
    expect(read(STREAM.slice(0, -1)).at(-1)).toMatchObject({ type: 'end', reason: 'call' })
    expect(read(STREAM.slice(0, -2)).at(-1)).toMatchObject({ type: 'fail' })
  })

  test.each([
    ['throttlingException', 'slow', 'rate'],
    ['validationException', 'Input is too long for requested model.', 'context'],
    ['modelStreamErrorException', 'broken', 'broken'],
    ['serviceUnavailableException', 'busy', 'overloaded'],
  ])('with %s fails', (name, message, kind) => {
    expect(read([...STREAM.slice(0, 5), [name, { message }]]).at(-1)).toEqual({
      type: 'fail',
      error: { kind, message, code: name, param: null } as never,
    })
  })

  test('never shows half of an answer as a whole one', () => {
    const { text, stream } = streamed({ client: 'messages', upstream: 'converse' }, [])
    expect(stream.error).not.toBeNull()
    expect(text).not.toContain('message_stop')
  })
})
