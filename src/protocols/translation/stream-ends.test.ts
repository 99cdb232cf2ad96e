/** How a translated stream ends, and the usage that it reports. */
import { describe, expect, test } from 'bun:test'
import { chunk, finish, toClaude } from '../../../test/support/translation/chat-samples.ts'
import {
  answered,
  folded,
  streamed,
  targetOf,
  wire,
} from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

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
    const paused = (client: 'responses' | 'gemini' | 'chat') =>
      answered({ client, upstream: 'messages' }, answer('pause_turn'))
    expect(paused('chat').choices[0].finish_reason).toBe('length')
    expect(paused('responses').status).toBe('incomplete')
    expect(paused('gemini').candidates[0].finishReason).toBe('MAX_TOKENS')
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
