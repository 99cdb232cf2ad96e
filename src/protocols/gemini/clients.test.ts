/** Clients of Gemini with foreign upstreams. */
import { describe, expect, test } from 'bun:test'
import { refusal } from '../../../test/support/translation/chat-samples.ts'
import {
  answered,
  dataOf,
  folded,
  lossesOf,
  readRequest,
  sent,
  sentBody,
  streamed,
} from '../../../test/support/translation/translation.ts'
import type { JsonObject, WireName } from '../neutral/neutral.ts'

describe('a request of a Gemini client', () => {
  const camel = {
    contents: [
      {
        role: 'user',
        parts: [{ text: 'Look' }, { inlineData: { mimeType: 'image/png', data: '_-8=' } }],
      },
      {
        role: 'model',
        parts: [
          { functionCall: { name: 'look', args: { my_key: 1 } } },
          { functionCall: { name: 'look', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { name: 'look', response: { output: 'cat' } } },
          { functionResponse: { name: 'look', response: { error: 'dark' } } },
        ],
      },
    ],
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    tools: [
      {
        functionDeclarations: [
          {
            name: 'look',
            parameters: {
              type: 'OBJECT',
              properties: { my_key: { type: 'INTEGER', nullable: true } },
            },
          },
        ],
      },
    ],
    generationConfig: {
      maxOutputTokens: 50,
      stopSequences: ['x'],
      thinkingConfig: { thinkingLevel: 'LOW' },
    },
  }

  test('means the same in snake_case, whose names inside of arguments and schemas are its own', () => {
    const snake = {
      contents: [
        {
          role: 'user',
          parts: [{ text: 'Look' }, { inline_data: { mime_type: 'image/png', data: '_-8=' } }],
        },
        {
          role: 'model',
          parts: [
            { function_call: { name: 'look', args: { my_key: 1 } } },
            { function_call: { name: 'look', args: {} } },
          ],
        },
        {
          role: 'user',
          parts: [
            { function_response: { name: 'look', response: { output: 'cat' } } },
            { function_response: { name: 'look', response: { error: 'dark' } } },
          ],
        },
      ],
      system_instruction: { parts: [{ text: 'Be brief.' }] },
      tools: [
        {
          function_declarations: [
            {
              name: 'look',
              parameters: { type: 6, properties: { my_key: { type: 3, nullable: true } } },
            },
          ],
        },
      ],
      generation_config: {
        max_output_tokens: 50,
        stop_sequences: ['x'],
        thinking_config: { thinking_level: 'LOW' },
      },
    }
    expect(readRequest('gemini', snake)).toEqual(readRequest('gemini', camel))
  })

  test('reaches OpenAI with its calls and results paired by their order', () => {
    const { messages, tools } = sentBody('gemini', camel, 'chat')
    const [, user, model, one, two] = messages
    expect(user.content[1].image_url.url).toBe('data:image/png;base64,/+8=')
    expect(model.tool_calls[0].function).toEqual({ name: 'look', arguments: '{"my_key":1}' })
    expect([one.tool_call_id, two.tool_call_id]).toEqual(
      model.tool_calls.map(({ id }: JsonObject) => id),
    )
    expect(one.content).toBe('cat')
    expect(two.content).toContain('dark')
    expect(tools[0].function.parameters.properties.my_key.type).toEqual(['integer', 'null'])
  })

  test('with a result that answers no call is refused by name', () => {
    const body = {
      contents: [{ role: 'user', parts: [{ functionResponse: { name: 'look', response: {} } }] }],
    }
    expect(refusal(() => readRequest('gemini', body))).toMatchObject({
      status: 400,
      param: 'contents[0].parts[0].functionResponse',
    })
  })

  test('for several candidates, or for speech, is refused on other wires', () => {
    const contents = [{ parts: [{ text: 'x' }] }]
    for (const generationConfig of [{ candidateCount: 2 }, { responseModalities: ['AUDIO'] }])
      expect(refusal(() => sent('gemini', { contents, generationConfig }, 'chat')).status).toBe(400)
    expect(
      lossesOf(
        'gemini',
        { contents, generationConfig: { responseModalities: ['TEXT'], candidateCount: 1 } },
        'chat',
      ),
    ).toEqual([])
  })

  test('returns Claude’s thought, which its client keeps as bytes', () => {
    const { text } = streamed({ client: 'gemini', upstream: 'messages' }, [
      {
        type: 'message_start',
        message: { id: 'm', model: 'c', usage: { input_tokens: 1, output_tokens: 1 } },
      },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'thinking_delta', thinking: 'Hm, ' },
      },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'thinking_delta', thinking: 'yes.' },
      },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'signature_delta', signature: 'Eq+/==' },
      },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Done.' } },
      { type: 'content_block_stop', index: 1 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ])
    const parts = dataOf(text).flatMap((data) => data.candidates[0].content.parts)
    // Python's client decodes bytes, and encodes them again in the alphabet for URLs.
    const kept = parts.map((part) =>
      part.thoughtSignature === undefined
        ? part
        : {
            ...part,
            thoughtSignature: Buffer.from(part.thoughtSignature, 'base64').toString('base64url'),
          },
    )
    const contents = [
      { role: 'user', parts: [{ text: 'Think' }] },
      { role: 'model', parts: kept },
      { role: 'user', parts: [{ text: 'Again' }] },
    ]
    const { messages } = sentBody('gemini', { contents }, 'messages')
    expect(messages[1].content[0]).toEqual({
      type: 'thinking',
      thinking: 'Hm, yes.',
      signature: 'Eq+/==',
    })
  })

  test('gets events whose parts are never missing, and whose text is empty only at the end', () => {
    const chunk = (delta: JsonObject, finish: string | null = null) => ({
      choices: [{ index: 0, delta, finish_reason: finish }],
    })
    const { text } = streamed({ client: 'gemini', upstream: 'chat' }, [
      chunk({ role: 'assistant', content: '' }),
      chunk({ content: 'Hi' }),
      chunk({}, 'stop'),
      { choices: [], usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 } },
      '[DONE]',
    ])
    const events = dataOf(text)
    for (const { candidates } of events) expect(candidates[0].content.role).toBe('model')
    expect(events.map(({ candidates }) => candidates[0].content.parts)).toEqual([
      [{ text: 'Hi' }],
      [{ text: '' }],
    ])
    expect(events.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 1, totalTokenCount: 4 },
    })
  })
})

describe('a Gemini client that asks for one of several values', () => {
  const asked = {
    contents: [{ role: 'user', parts: [{ text: 'Which?' }] }],
    generationConfig: {
      responseMimeType: 'text/x.enum',
      responseSchema: { type: 'STRING', enum: ['Percussion', 'String'] },
    },
  }
  const exchange = (upstream: WireName) => ({ client: 'gemini', upstream, body: asked }) as const
  const chatAnswer = (content: string) => ({
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  })

  test.each([['{"value":"Percussion"}'], ['"Percussion"'], ['Percussion']])(
    'gets it as plain text of %s',
    (content) => {
      const { candidates } = answered(exchange('chat'), chatAnswer(content))
      expect(candidates[0].content.parts).toEqual([{ text: 'Percussion' }])
    },
  )

  test('gets it as plain text of a stream, and of the tool that emulates the schema', () => {
    const chunks = ['{"va', 'lue":"Str', 'ing"}'].map((content) => ({
      choices: [{ index: 0, delta: { content } }],
    }))
    const end = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }
    const { text } = streamed(exchange('chat'), [...chunks, end, '[DONE]'])
    expect(folded('gemini', text).parts).toMatchObject([{ type: 'text', text: 'String' }])
    const toolUse = { toolUseId: 't', name: 'answer_in_json', input: { value: 'String' } }
    const { candidates } = answered(exchange('converse'), {
      output: { message: { role: 'assistant', content: [{ toolUse }] } },
      stopReason: 'tool_use',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    })
    expect(candidates[0].content.parts).toEqual([{ text: 'String' }])
  })
})

test('a Gemini client’s service tier is OpenAI’s, and the reverse', () => {
  const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }]
  for (const [theirs, ours] of [
    ['flex', 'flex'],
    ['priority', 'priority'],
    ['standard', 'default'],
  ]) {
    expect(sentBody('gemini', { contents, serviceTier: theirs }, 'chat').service_tier).toBe(ours)
    const chat = { messages: [{ role: 'user', content: 'Hi' }], service_tier: ours }
    expect(sentBody('chat', chat, 'gemini').serviceTier).toBe(theirs)
  }
})

test('a document’s title and context are texts before it', () => {
  const source = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }
  const content = [{ type: 'document', title: 'Report', context: 'From 2025.', source }]
  const { contents } = sentBody(
    'messages',
    { max_tokens: 9, messages: [{ role: 'user', content }] },
    'gemini',
  )
  expect(contents[0].parts.map(({ text }: { text?: string }) => text ?? 'bytes')).toEqual([
    'From 2025.',
    'Report:',
    'bytes',
  ])
})
