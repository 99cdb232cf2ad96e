/** What an upstream gets of a client's request. Numbers in brackets are known failures of other gateways. */
import { describe, expect, test } from 'bun:test'
import {
  lossesOf,
  OLDER_CLAUDE,
  readRequest,
  sent,
  sentBody,
  targetOf,
  wire,
} from '../../../test/support/translation.ts'
import { GatewayError } from '../../core/errors.ts'
import type { JsonObject, WireName } from '../neutral/neutral.ts'

const PNG = 'iVBORw0KGgo='
const tool = (
  name: string,
  parameters: JsonObject | null = { type: 'object', properties: {} },
) => ({
  type: 'function',
  function: { name, ...(parameters !== null && { parameters }) },
})
const call = (id: string, name = 'look', args = '{}') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})
const asks = (content: unknown) => ({ role: 'user', content })
const claudeTool = { name: 'look', input_schema: { type: 'object', properties: {} } }

function refusal(run: () => unknown): GatewayError {
  try {
    run()
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('content', () => {
  test('a list of parts means the same as a text, on each role', () => {
    const parts = (text: string) => [{ type: 'text', text }]
    const asLists = sentBody(
      'chat',
      {
        messages: [
          { role: 'developer', content: parts('Be brief.') },
          asks(parts('Hi')),
          { role: 'assistant', content: parts('Hello') },
          asks(parts('Bye')),
        ],
      },
      'messages',
    )
    const asTexts = sentBody(
      'chat',
      {
        messages: [
          { role: 'system', content: 'Be brief.' },
          asks('Hi'),
          { role: 'assistant', content: 'Hello' },
          asks('Bye'),
        ],
      },
      'messages',
    )
    expect(asLists).toEqual(asTexts)
    expect(asLists.system).toBe('Be brief.')
  })

  test('an image of a user and one in a tool result both arrive as images', () => {
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }
    const { messages } = sentBody(
      'messages',
      {
        max_tokens: 9,
        tools: [claudeTool],
        messages: [
          asks([image, { type: 'text', text: 'What is it?' }]),
          { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'look', input: {} }] },
          asks([{ type: 'tool_result', tool_use_id: 't1', content: [image] }]),
        ],
      },
      'chat',
    )
    const url = `data:image/png;base64,${PNG}`
    expect(messages[0].content[0]).toEqual({ type: 'image_url', image_url: { url } })
    expect(messages[2]).toMatchObject({ role: 'tool', tool_call_id: 't1' })
    expect(messages[3].content[0].text).toContain('t1')
    expect(messages[3].content[1]).toEqual({ type: 'image_url', image_url: { url } })
  })

  test('a PDF beside a tool result and one inside of it both arrive as documents', () => {
    const document = {
      type: 'document',
      source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
    }
    const { messages } = sentBody(
      'messages',
      {
        max_tokens: 9,
        tools: [claudeTool],
        messages: [
          { role: 'user', content: 'Read both.' },
          {
            role: 'assistant',
            content: [
              { type: 'tool_use', id: 't1', name: 'look', input: {} },
              { type: 'tool_use', id: 't2', name: 'look', input: {} },
            ],
          },
          asks([
            { type: 'tool_result', tool_use_id: 't1', content: 'PDF file read' },
            document,
            { type: 'tool_result', tool_use_id: 't2', content: [document] },
          ]),
        ],
      },
      'chat',
    )
    const files = messages.at(-1).content.filter((part: JsonObject) => part.type === 'file')
    expect(files).toHaveLength(2)
    expect(files[0].file.file_data).toBe('data:application/pdf;base64,JVBERi0=')
  })

  test('audio that the wire cannot carry is refused by name, before sending', () => {
    const audio = { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } }
    const error = refusal(() => sent('chat', { messages: [asks([audio])] }, 'messages'))
    expect(error.status).toBe(400)
    expect(error.message).toContain('audio input')
    expect(error.message).toContain('Anthropic Messages')
    expect(error.param).toBe('messages')
  })

  test('another vendor’s file id is refused', () => {
    const file = { type: 'file', file: { file_id: 'file-abc' } }
    const error = refusal(() => sent('chat', { messages: [asks([file])] }, 'messages'))
    expect(error.message).toContain("file 'file-abc'")
  })

  test('blank texts are not sent to Claude', () => {
    const { messages } = sentBody(
      'chat',
      {
        tools: [tool('look')],
        messages: [
          asks('Hi'),
          { role: 'assistant', content: ' ', tool_calls: [call('a')] },
          { role: 'tool', tool_call_id: 'a', content: '' },
          { role: 'assistant', content: null, tool_calls: [call('b')] },
          { role: 'tool', tool_call_id: 'b', content: 'seen' },
        ],
      },
      'messages',
    )
    const blocks = messages.flatMap((message: { content: JsonObject[] }) => message.content)
    expect(blocks.filter(({ type }: JsonObject) => type === 'text')).toHaveLength(1)
    expect(messages[2].content).toEqual([{ type: 'tool_result', tool_use_id: 'a' }])
  })
})

describe('system messages in the middle', () => {
  const body = {
    max_tokens: 9,
    messages: [
      asks('Hi'),
      { role: 'system', content: 'Answer in French.' },
      { role: 'assistant', content: 'Bonjour' },
      asks('Bye'),
    ],
  }

  test('keep their place on wires that take them', () => {
    expect(sentBody('messages', body, 'chat').messages.map(({ role }: JsonObject) => role)).toEqual(
      ['user', 'system', 'assistant', 'user'],
    )
  })

  test('become the user’s tagged text where the model takes none', () => {
    const { messages, system } = sentBody(
      'messages',
      body,
      'messages',
      targetOf('messages', { model: OLDER_CLAUDE }),
    )
    expect(system).toBeUndefined()
    expect(messages[0].content.map(({ text }: JsonObject) => text)).toEqual([
      'Hi',
      '<system>\nAnswer in French.\n</system>',
    ])
  })
})

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

  test('temperature is clamped to what Claude takes, and goes with a model that refuses it', () => {
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
