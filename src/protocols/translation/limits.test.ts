/** Limits and sampling as they reach an upstream, and requests that are read and written in one format. */
import { describe, expect, test } from 'bun:test'
import {
  asks,
  call,
  claudeTool,
  refusal,
  tool,
} from '../../../test/support/translation/chat-samples.ts'
import {
  lossesOf,
  OLDER_CLAUDE,
  readRequest,
  sent,
  sentBody,
  targetOf,
  wire,
} from '../../../test/support/translation/translation.ts'
import type { JsonObject, WireName } from '../neutral/neutral.ts'

describe('limits and sampling', () => {
  const messages = [asks('Hi')]

  test('one stop text becomes a list of one', () => {
    expect(sentBody('chat', { messages, stop: 'END' }, 'messages').stop_sequences).toEqual(['END'])
  })

  test('without a limit Claude may write as much as the model can', () => {
    expect(sentBody('chat', { messages }, 'messages').max_tokens).toBe(128_000)
  })

  test('max_completion_tokens is carried', () => {
    expect(sentBody('chat', { messages, max_completion_tokens: 77 }, 'messages').max_tokens).toBe(
      77,
    )
  })

  test('a limit beyond the model’s is clamped and reported', () => {
    const body = { max_tokens: 64_000, messages }
    const target = targetOf('chat', { model: 'gpt-4o' })
    expect(sentBody('messages', body, 'chat', target).max_completion_tokens).toBe(16_384)
    expect(lossesOf('messages', body, 'chat', target)).toContain('max_tokens clamped')
  })

  test('compatible upstreams get max_tokens', () => {
    const target = targetOf('chat', { vendor: 'mistral', model: 'mistral-large' })
    expect(sentBody('messages', { max_tokens: 5, messages }, 'chat', target).max_tokens).toBe(5)
  })

  test("temperature is clamped to Claude's range, and removed for a model that refuses it", () => {
    const body = { messages, temperature: 1.5 }
    expect(
      sentBody('chat', body, 'messages', targetOf('messages', { model: OLDER_CLAUDE })).temperature,
    ).toBe(1)
    expect(sentBody('chat', body, 'messages').temperature).toBeUndefined()
    expect(lossesOf('chat', body, 'messages')).toEqual(['temperature dropped'])
  })

  test('several choices or log probabilities are refused, not reduced', () => {
    expect(refusal(() => sent('chat', { messages, n: 2 }, 'messages')).param).toBe('n')
    expect(refusal(() => sent('chat', { messages, logprobs: true }, 'messages')).param).toBe(
      'logprobs',
    )
    expect(sentBody('chat', { messages, n: 1, logprobs: false }, 'messages').n).toBeUndefined()
  })

  test('a user’s name of more than 64 characters is hashed for OpenAI', () => {
    const user = JSON.stringify({ device: 'd'.repeat(40), session: 's'.repeat(40) })
    const body = sentBody(
      'messages',
      { max_tokens: 9, messages, metadata: { user_id: user } },
      'chat',
    )
    expect(body.safety_identifier).toMatch(/^[0-9a-f]{64}$/)
  })
})

describe('same format, read and written', () => {
  const bodies: readonly (readonly [WireName & ('chat' | 'messages'), JsonObject])[] = [
    [
      'messages',
      {
        model: 'm',
        max_tokens: 9,
        stream: true,
        stop_sequences: ['a'],
        service_tier: 'auto',
        system: [{ type: 'text', text: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } }],
        tools: [{ ...claudeTool, defer_loading: true, strict: true }],
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
        metadata: { user_id: 'u' },
        thinking: { type: 'adaptive', display: 'omitted' },
        output_config: { effort: 'low', task_budget: { total: 5 } },
        context_management: { edits: [] },
        messages: [
          asks([{ type: 'text', text: 'Hi' }]),
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'hm', signature: 'sig==' },
              { type: 'redacted_thinking', data: 'xyz' },
              { type: 'tool_use', id: 't', name: 'look', input: { a: 1 } },
            ],
          },
          asks([
            {
              type: 'tool_result',
              tool_use_id: 't',
              content: [{ type: 'text', text: 'ok' }],
              is_error: true,
            },
          ]),
        ],
      },
    ],
    [
      'chat',
      {
        model: 'm',
        stream: true,
        stop: ['a'],
        max_completion_tokens: 5,
        reasoning_effort: 'low',
        messages: [
          { role: 'system', content: 'S' },
          asks([
            { type: 'text', text: 'Hi' },
            { type: 'image_url', image_url: { url: 'https://x.test/a.png', detail: 'low' } },
          ]),
          { role: 'assistant', content: null, tool_calls: [call('t')] },
          { role: 'tool', tool_call_id: 't', content: 'ok' },
        ],
        tools: [tool('look')],
        tool_choice: 'required',
        parallel_tool_calls: true,
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', schema: { type: 'object' }, strict: true },
        },
        prompt_cache_key: 'k',
        safety_identifier: 'u',
        service_tier: 'flex',
        verbosity: 'low',
      },
    ],
  ]

  test.each(bodies)('%s is an identity where nothing is lost', (name, body) => {
    const request = readRequest(name, body)
    const { body: written, losses } = wire(name).writeRequest(
      request,
      targetOf(name, { model: 'm', facts: targetOf(name).facts }),
    )
    expect(losses.filter(({ field }) => field !== 'stop')).toEqual([])
    const { stop: _, ...again } = readRequest(name, written)
    const { stop: __, ...first } = request
    expect({ ...again, own: { ...again.own, store: undefined } }).toEqual({
      ...first,
      own: { ...first.own, store: undefined },
    })
  })
})
