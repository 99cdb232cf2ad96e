/** Bedrock Converse as an upstream: what it gets, and what clients get of its answers. */
import { describe, expect, test } from 'bun:test'
import {
  answered,
  lossesOf,
  sent,
  sentBody,
  streamed,
  targetOf,
  wire,
} from '../../../test/support/translation.ts'
import { GatewayError } from '../../core/errors.ts'
import type { JsonObject, StreamEvent } from '../neutral/neutral.ts'

const asks = (content: unknown) => ({ role: 'user', content })
const LOOK = { type: 'function', function: { name: 'look' } }
const call = (id: string) => ({ id, type: 'function', function: { name: 'look', arguments: '{}' } })
const history = [
  asks('Look'),
  { role: 'assistant', content: '', tool_calls: [call('functions.look:0')] },
  { role: 'tool', tool_call_id: 'functions.look:0', content: 'cat' },
]

function refusal(run: () => unknown): GatewayError {
  try {
    run()
  } catch (error) {
    if (error instanceof GatewayError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a request to Converse', () => {
  test('has turns, system, tools, limits and the model’s largest output', () => {
    const messages = [{ role: 'system', content: 'Be brief.' }, ...history]
    const body = sentBody(
      'chat',
      { messages, tools: [LOOK], tool_choice: 'required', stop: 'x', temperature: 1.5 },
      'converse',
    )
    expect(body.system).toEqual([{ text: 'Be brief.' }])
    expect(body.messages).toEqual([
      { role: 'user', content: [{ text: 'Look' }] },
      {
        role: 'assistant',
        content: [
          {
            toolUse: { toolUseId: expect.stringMatching(/^[\w-]{1,64}$/), name: 'look', input: {} },
          },
        ],
      },
      {
        role: 'user',
        content: [
          {
            toolResult: {
              toolUseId: body.messages[1].content[0].toolUse.toolUseId,
              content: [{ text: 'cat' }],
            },
          },
        ],
      },
    ])
    expect(body.inferenceConfig).toEqual({
      maxTokens: 64_000,
      temperature: 1,
      stopSequences: ['x'],
    })
    expect(body.toolConfig).toEqual({
      tools: [
        { toolSpec: { name: 'look', inputSchema: { json: { type: 'object', properties: {} } } } },
      ],
      toolChoice: { any: {} },
    })
  })

  test.each([
    ['no tools', {}],
    ['none allowed', { tools: [LOOK], tool_choice: 'none' }],
  ])('with a history of calls and %s declares the tools of the history, reported', (_, more) => {
    const body = sentBody('chat', { messages: history, ...more }, 'converse')
    expect(
      body.toolConfig.tools.map(({ toolSpec }: { toolSpec: JsonObject }) => toolSpec.name),
    ).toEqual(['look'])
    expect(body.toolConfig.toolChoice).toBeUndefined()
    expect(lossesOf('chat', { messages: history, ...more }, 'converse')).toContain('tools emulated')
  })

  test('without any call in its history has no toolConfig if none may be called', () => {
    const body = sentBody(
      'chat',
      { messages: [asks('x')], tools: [LOOK], tool_choice: 'none' },
      'converse',
    )
    expect(body.toolConfig).toBeUndefined()
  })

  test('refuses an image by address, naming where it is', () => {
    const content = [{ type: 'image_url', image_url: { url: 'https://a.test/cat.png' } }]
    const error = refusal(() => sent('chat', { messages: [asks(content)] }, 'converse'))
    expect(error).toMatchObject({ status: 400, param: 'messages' })
    expect(error.message).toContain('https://a.test/cat.png')
  })

  test('has images and documents as bytes, with a text beside a document', () => {
    const body = {
      max_tokens: 10,
      messages: [
        asks([
          {
            type: 'image',
            source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
          },
          {
            type: 'document',
            title: 'Q3/report_v2.pdf',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
          },
        ]),
      ],
    }
    expect(sentBody('messages', body, 'converse').messages[0].content).toEqual([
      { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } },
      { document: { format: 'pdf', name: 'Q3 report v2 pdf', source: { bytes: 'JVBERi0=' } } },
      { text: 'See the document.' },
    ])
  })

  test('has cache points only for models that take them', () => {
    const body = {
      max_tokens: 10,
      messages: [
        asks([{ type: 'text', text: 'Long', cache_control: { type: 'ephemeral', ttl: '1h' } }]),
      ],
    }
    const content = (model: string) =>
      sentBody('messages', body, 'converse', { model }).messages[0].content
    expect(content('anthropic.claude-sonnet-4-5-20250929-v1:0')).toEqual([
      { text: 'Long' },
      { cachePoint: { type: 'default', ttl: '1h' } },
    ])
    expect(content('meta.llama3-70b-instruct-v1:0')).toEqual([{ text: 'Long' }])
  })

  test('asks for a schema by a forced tool, whose arguments come back as text', () => {
    const schema = { type: 'object', properties: { a: { type: 'number' } } }
    const response_format = { type: 'json_schema', json_schema: { name: 'out', schema } }
    const body = { messages: [asks('x')], response_format }
    const { toolConfig } = sentBody('chat', body, 'converse')
    expect(toolConfig.toolChoice).toEqual({ tool: { name: toolConfig.tools[0].toolSpec.name } })
    const toolUse = { toolUseId: 't', name: toolConfig.tools[0].toolSpec.name, input: { a: 1 } }
    const answer = answered(
      { client: 'chat', upstream: 'converse', body: { model: 'any', ...body } },
      {
        output: { message: { role: 'assistant', content: [{ toolUse }] } },
        stopReason: 'tool_use',
        usage: {},
      },
    )
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: '{"a":1}' },
    })
  })

  test('has Claude’s thinking among the model’s own fields', () => {
    const body = { messages: [asks('x')], reasoning_effort: 'low', max_completion_tokens: 1_000 }
    const written = sentBody('chat', body, 'converse')
    expect(written.additionalModelRequestFields.thinking).toMatchObject({
      type: 'enabled',
      budget_tokens: 2_048,
    })
    expect(written.inferenceConfig.maxTokens).toBe(3_048)
  })
})

/** Events by name, as the frames of a stream carry them. */
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
