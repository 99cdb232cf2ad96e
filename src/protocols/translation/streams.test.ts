/** What a client reads of an upstream's answer, whole and in pieces. */
import { describe, expect, test } from 'bun:test'
import {
  answered,
  dataOf,
  eventsFrom,
  folded,
  streamed,
  targetOf,
  wire,
} from '../../../test/support/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const chunk = (delta: JsonObject, more: JsonObject = {}) => ({
  id: 'x',
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
})
const finish = (reason: string) => chunk({}, { finish_reason: reason })
const callDelta = (index: number, fields: JsonObject) =>
  chunk({ tool_calls: [{ index, ...fields }] })
const usage = (prompt_tokens: number, completion_tokens: number, more: JsonObject = {}) => ({
  choices: [],
  usage: { prompt_tokens, completion_tokens, ...more },
})
const toClaude = { client: 'messages', upstream: 'chat' } as const
const types = (text: string) => dataOf(text).map((event) => event.type)

describe('a Messages stream from a chat upstream', () => {
  test('ends once, as soon as it can, without usage, with late usage and with early usage', () => {
    const words = [chunk({ content: 'Hi' }), finish('stop')]
    const endings = [['[DONE]'], [usage(3, 2), '[DONE]'], [usage(3, 2)], []]
    for (const ending of endings) {
      const { text, stream } = streamed(toClaude, [...words, ...ending])
      expect(types(text).filter((type) => type === 'message_stop')).toHaveLength(1)
      expect(types(text).slice(-2)).toEqual(['message_delta', 'message_stop'])
      expect(stream.error).toBeNull()
    }
    const early = streamed(toClaude, [
      chunk({ content: 'Hi' }),
      { ...finish('stop'), usage: usage(3, 2).usage },
      '[DONE]',
    ])
    expect(dataOf(early.text).at(-2).usage).toMatchObject({ input_tokens: 3, output_tokens: 2 })
  })

  test('has thought, text and calls of one chunk in blocks of their own, in order', () => {
    const call = { index: 0, id: 'c', function: { name: 'look', arguments: '{"a":1}' } }
    const all = chunk(
      { reasoning_content: 'hm', content: 'So', tool_calls: [call] },
      { finish_reason: 'tool_calls' },
    )
    const { text } = streamed(toClaude, [all, '[DONE]'])
    const starts = dataOf(text).filter(({ type }) => type === 'content_block_start')
    expect(starts.map(({ index, content_block }) => [index, content_block.type])).toEqual([
      [0, 'thinking'],
      [1, 'text'],
      [2, 'tool_use'],
    ])
    expect(folded('messages', text).parts).toMatchObject([
      { text: 'hm' },
      { text: 'So' },
      { id: 'c', args: '{"a":1}' },
    ])
  })

  test('never has a delta outside of its block, or two blocks open, whatever the order of the chunks', () => {
    const { text } = streamed(toClaude, [
      callDelta(0, { id: 'a', function: { name: 'one', arguments: '{"x"' } }),
      callDelta(1, { id: 'b', function: { name: 'two', arguments: '{"y"' } }),
      callDelta(0, { function: { arguments: ':1}' } }),
      chunk({ content: 'late' }),
      callDelta(1, { function: { arguments: ':2}' } }),
      finish('stop'),
      '[DONE]',
    ])
    let open: number | null = null
    let next = 0
    for (const event of dataOf(text)) {
      if (event.type === 'content_block_start') {
        expect([open, event.index]).toEqual([null, next])
        open = next++
      } else if (event.type === 'content_block_delta') expect(event.index).toBe(open)
      else if (event.type === 'content_block_stop') {
        expect(event.index).toBe(open)
        open = null
      }
    }
    const { parts, end } = folded('messages', text)
    expect(parts).toMatchObject([
      { name: 'one', args: '{"x":1}' },
      { name: 'two', args: '{"y":2}' },
      { text: 'late' },
    ])
    expect(end.reason).toBe('call')
  })

  test('begins with an estimate of the input and ends with the truth', () => {
    const { text } = streamed(toClaude, [
      chunk({ content: 'Hi' }),
      finish('stop'),
      usage(777, 2),
      '[DONE]',
    ])
    expect(dataOf(text)[0].message.usage.input_tokens).toBe(12)
    expect(dataOf(text).at(-2).usage.input_tokens).toBe(777)
  })

  test('counts neither cached nor written input as input, and never below zero', () => {
    const cached = usage(100, 5, {
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
    })
    const { text } = streamed(toClaude, [
      chunk({ content: 'Hi' }),
      finish('stop'),
      cached,
      '[DONE]',
    ])
    expect(dataOf(text).at(-2).usage).toMatchObject({
      input_tokens: 10,
      cache_read_input_tokens: 60,
      cache_creation_input_tokens: 30,
      output_tokens: 5,
    })
    const odd = usage(10, 5, { prompt_tokens_details: { cached_tokens: 60 } })
    const again = streamed(toClaude, [chunk({ content: 'Hi' }), finish('stop'), odd, '[DONE]'])
    expect(dataOf(again.text).at(-2).usage.input_tokens).toBe(0)
  })
})

describe('calls', () => {
  test('with their name and arguments in one chunk lose nothing; without arguments they have none', () => {
    const whole = callDelta(0, { id: 'a', function: { name: 'one', arguments: '{"x":1}' } })
    const none = callDelta(1, { id: 'b', function: { name: 'two', arguments: '' } })
    const { text } = streamed(toClaude, [whole, none, finish('tool_calls'), '[DONE]'])
    expect(folded('messages', text).parts).toMatchObject([{ args: '{"x":1}' }, { args: '{}' }])
  })

  test('that all come as index 0 are told apart by id', () => {
    const events = eventsFrom('chat', [
      callDelta(0, { id: 'a', function: { name: 'one', arguments: '{}' } }),
      callDelta(0, { id: 'b', function: { name: 'one', arguments: '{}' } }),
      finish('tool_calls'),
      '[DONE]',
    ])
    expect(events.flatMap((event) => (event.type === 'open' ? [event.index] : []))).toEqual([0, 1])
  })

  test('without an id get one of ours', () => {
    const [event] = eventsFrom('chat', [
      callDelta(0, { function: { name: 'one' } }),
      finish('stop'),
    ]).filter(({ type }) => type === 'open')
    expect(event).toMatchObject({ part: { id: expect.stringMatching(/^call_\w{32}$/) } })
  })

  test('make the answer a call, whatever the upstream says, unless it was cut by length', () => {
    const call = callDelta(0, { id: 'a', function: { name: 'one', arguments: '{}' } })
    const reasonOf = (reason: string) => {
      const { text } = streamed(toClaude, [call, finish(reason), '[DONE]'])
      return dataOf(text).at(-2).delta.stop_reason
    }
    expect(['stop', 'length', 'weird'].map(reasonOf)).toEqual([
      'tool_use',
      'max_tokens',
      'tool_use',
    ])
  })

  test('of several blocks of Claude have indices of their own on chat', () => {
    const block = (index: number, id: string) => [
      {
        type: 'content_block_start',
        index,
        content_block: { type: 'tool_use', id, name: 'look', input: {} },
      },
      {
        type: 'content_block_delta',
        index,
        delta: { type: 'input_json_delta', partial_json: '{}' },
      },
      { type: 'content_block_stop', index },
    ]
    const { text } = streamed({ client: 'chat', upstream: 'messages' }, [
      { type: 'message_start', message: { usage: { input_tokens: 1 } } },
      ...block(0, 'a'),
      ...block(1, 'b'),
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ])
    const indices = dataOf(text).flatMap((event) => event.choices?.[0]?.delta.tool_calls ?? [])
    expect(indices.filter(({ id }) => id !== undefined).map(({ index }) => index)).toEqual([0, 1])
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  test('of a custom tool come back with their raw text', () => {
    const body = {
      model: 'any',
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [{ type: 'custom', custom: { name: 'patch' } }],
    }
    const { text } = streamed({ client: 'chat', upstream: 'messages', body }, [
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: 'a', name: 'patch', input: {} },
      },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: '{"input":"*** Be' },
      },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: 'gin\\n"}' },
      },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ])
    const [call] = folded('chat', text).parts
    expect(call).toMatchObject({ name: 'patch', args: '*** Begin\n', freeform: true })
  })
})

describe('ends', () => {
  const started = [chunk({ content: 'Hal' })]

  test('a body that ends in the middle is a failure, never a tidy end', () => {
    for (const client of ['chat', 'messages'] as const) {
      const { text, stream } = streamed({ client, upstream: 'chat' }, started)
      expect(stream.error?.kind).toBe('broken')
      expect(text).not.toContain('message_stop')
      expect(text).not.toContain('[DONE]')
    }
    const cut = streamed({ client: 'chat', upstream: 'messages' }, [
      { type: 'message_start', message: {} },
    ])
    expect(cut.stream.error?.kind).toBe('broken')
  })

  test('an error after the start fails the stream with its kind', () => {
    const error = { error: { message: 'busy', type: 'server_error', code: 'rate_limit_exceeded' } }
    expect(streamed(toClaude, [...started, error, finish('stop')]).stream.error).toMatchObject({
      kind: 'rate',
      message: 'busy',
    })
    const overloaded = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
    expect(
      streamed({ client: 'chat', upstream: 'messages' }, [overloaded]).stream.error?.kind,
    ).toBe('overloaded')
  })

  test('every reason has its word', () => {
    const answer = (stop_reason: string) => ({
      id: 'm',
      model: 'c',
      content: [{ type: 'text', text: 'x' }],
      stop_reason,
      stop_sequence: null,
    })
    const words = [
      'end_turn',
      'stop_sequence',
      'max_tokens',
      'model_context_window_exceeded',
      'refusal',
      'future',
    ]
    const chat = words.map(
      (word) =>
        answered({ client: 'chat', upstream: 'messages' }, answer(word)).choices[0].finish_reason,
    )
    expect(chat).toEqual(['stop', 'stop', 'length', 'length', 'content_filter', 'stop'])
  })

  test('a tool that emulated a schema is text again', () => {
    const body = {
      model: 'any',
      messages: [{ role: 'user', content: 'Age?' }],
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'a', schema: { type: 'object' } },
      },
    }
    const target = {
      model: 'claude-3-5-haiku',
      facts: targetOf('messages', { model: 'claude-3-5-haiku' }).facts,
    }
    const exchange = { client: 'chat', upstream: 'messages', body, target } as const
    const content = [{ type: 'tool_use', id: 't', name: 'answer_in_json', input: { age: 3 } }]
    const [choice] = answered(exchange, { content, stop_reason: 'tool_use' }).choices
    expect([choice.message.content, choice.finish_reason]).toEqual(['{"age":3}', 'stop'])
    const { text } = streamed(exchange, [
      { type: 'content_block_start', index: 0, content_block: { ...content[0], input: {} } },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: '{"age":3}' },
      },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ])
    expect(folded('chat', text)).toMatchObject({
      parts: [{ type: 'text', text: '{"age":3}' }],
      end: { reason: 'stop' },
    })
  })
})

describe('usage', () => {
  test('of Claude includes its cache on chat, and compaction on top', () => {
    const counts = {
      input_tokens: 10,
      cache_read_input_tokens: 20,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_1h_input_tokens: 12 },
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 4 },
      iterations: [
        { type: 'message', input_tokens: 10, output_tokens: 7 },
        { type: 'compaction', input_tokens: 100, output_tokens: 50 },
      ],
    }
    const answer = { content: [], stop_reason: 'end_turn', usage: counts }
    expect(wire('messages').readResponse(answer, targetOf('messages')).usage).toEqual({
      input: 160,
      output: 57,
      cacheRead: 20,
      cacheWrite5m: 18,
      cacheWrite1h: 12,
      reasoning: 4,
      audioInput: 0,
      audioOutput: 0,
    })
    expect(answered({ client: 'chat', upstream: 'messages' }, answer).usage).toMatchObject({
      prompt_tokens: 160,
      completion_tokens: 57,
      prompt_tokens_details: { cached_tokens: 20 },
    })
  })

  test('of upstreams that count otherwise is understood', () => {
    const read = (counts: JsonObject) =>
      wire('chat').readResponse({ choices: [{ message: {} }], usage: counts }, targetOf('chat'))
        .usage
    expect(
      read({
        prompt_tokens: 9,
        completion_tokens: 2,
        total_tokens: 16,
        completion_tokens_details: { reasoning_tokens: 5 },
      })?.output,
    ).toBe(7)
    expect(
      read({ prompt_tokens: 9, completion_tokens: 2, prompt_cache_hit_tokens: 4 })?.cacheRead,
    ).toBe(4)
    expect(read({})).toBeNull()
  })
})
