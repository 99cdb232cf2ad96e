/** What a client reads of an upstream's answer, whole and in pieces. */
import { describe, expect, test } from 'bun:test'
import { chunk, finish, toClaude, usage } from '../../../test/support/translation/chat-samples.ts'
import {
  dataOf,
  eventsFrom,
  folded,
  streamed,
} from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const callDelta = (index: number, fields: JsonObject) =>
  chunk({ tool_calls: [{ index, ...fields }] })
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

  test('never has a delta outside its block, or two open blocks, in any order of chunks', () => {
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
    // An agent that never hears of its input never makes room for more.
    const uncounted = streamed(toClaude, [chunk({ content: 'Hi' }), finish('stop'), '[DONE]'])
    expect(dataOf(uncounted.text)[0].message.usage.input_tokens).toBe(12)
    expect(dataOf(uncounted.text).at(-2).usage.input_tokens ?? 12).toBe(12)
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

  test('that all have index 0 are distinguished by id', () => {
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
