/** What Bedrock Converse gets as an upstream. */
import { describe, expect, test } from 'bun:test'
import { asks, call, refusal } from '../../../test/support/translation/chat-samples.ts'
import {
  answered,
  lossesOf,
  sent,
  sentBody,
} from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const LOOK = { type: 'function', function: { name: 'look' } }
const history = [
  asks('Look'),
  { role: 'assistant', content: '', tool_calls: [call('functions.look:0')] },
  { role: 'tool', tool_call_id: 'functions.look:0', content: 'cat' },
]

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

  test('refuses an image by address, naming its position', () => {
    const content = [{ type: 'image_url', image_url: { url: 'https://a.test/cat.png' } }]
    const error = refusal(() => sent('chat', { messages: [asks(content)] }, 'converse'))
    expect(error).toMatchObject({ status: 400, param: 'messages' })
    expect(error.message).toContain('https://a.test/cat.png')
  })

  test('has images and documents as bytes, with a text next to a document', () => {
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

  test('requests a schema by a forced tool, whose arguments come back as text', () => {
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
