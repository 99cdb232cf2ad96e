/** What Gemini gets of a foreign client’s request. */
import { describe, expect, test } from 'bun:test'
import {
  answered,
  dataOf,
  eventsFrom,
  lossesOf,
  readRequest,
  sentBody,
  streamed,
  targetOf,
  wire,
} from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import { recalled, ThoughtMemory } from '../translation/thoughts.ts'

const asks = (text: string) => ({ role: 'user', content: text })
const calls = (id: string, name = 'look', args = '{}') => ({
  id,
  type: 'function',
  function: { name, arguments: args },
})
const LOOK = { type: 'function', function: { name: 'look' } }
const candidate = (parts: JsonObject[], finishReason?: string) => ({
  candidates: [{ content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
  responseId: 'resp-1',
})

describe('a request to Gemini', () => {
  const loop = {
    messages: [
      { role: 'system', content: 'Be brief.' },
      asks('Look twice'),
      { role: 'assistant', content: null, tool_calls: [calls('a'), calls('b')] },
      { role: 'tool', tool_call_id: 'b', content: 'dog' },
      { role: 'tool', tool_call_id: 'a', content: '{"animal":"cat"}' },
    ],
    tools: [LOOK],
  }

  test('answers its calls in one turn, in their order, by name and id', () => {
    const { contents, systemInstruction } = sentBody('chat', loop, 'gemini')
    expect(systemInstruction).toEqual({ parts: [{ text: 'Be brief.' }] })
    expect(contents.map(({ role }: JsonObject) => role)).toEqual(['user', 'model', 'user'])
    expect(contents[2].parts).toEqual([
      { functionResponse: { id: 'a', name: 'look', response: { animal: 'cat' } } },
      { functionResponse: { id: 'b', name: 'look', response: { output: 'dog' } } },
    ])
  })

  test('has a signature on the first call of a step that Gemini 3 did not make, and on no other', () => {
    const parts = (model: string) => sentBody('chat', loop, 'gemini', { model }).contents[1].parts
    const [first, second] = parts('gemini-3-pro')
    expect(first.thoughtSignature).toBe('skip_thought_signature_validator')
    expect(second.thoughtSignature).toBeUndefined()
    expect(parts('gemini-2.5-flash')[0].thoughtSignature).toBeUndefined()
  })

  test('has its tools’ schemas without references, comments and unions of types', () => {
    const parameters = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: { Place: { type: 'object', properties: { city: { type: ['string', 'null'] } } } },
      type: 'object',
      properties: {
        at: { $ref: '#/$defs/Place' },
        tags: { type: 'array', uniqueItems: true, $comment: 'no items' },
      },
      additionalProperties: false,
    }
    const tool = { type: 'function', function: { name: 'go', parameters } }
    const body = sentBody('chat', { messages: [asks('Go')], tools: [tool] }, 'gemini')
    const [{ parametersJsonSchema }] = body.tools[0].functionDeclarations
    const text = JSON.stringify(parametersJsonSchema)
    for (const word of ['$ref', '$defs', '$schema', '$comment']) expect(text).not.toContain(word)
    expect(parametersJsonSchema.properties.at.properties.city.anyOf).toEqual([
      { type: 'string' },
      { type: 'null' },
    ])
  })

  test.each([
    ['none', { mode: 'NONE' }],
    ['required', { mode: 'ANY' }],
    [
      { type: 'function', function: { name: 'look' } },
      { mode: 'ANY', allowedFunctionNames: ['look'] },
    ],
  ])('expresses the choice %j in its own terms', (tool_choice, functionCallingConfig) => {
    const body = sentBody('chat', { messages: [asks('x')], tools: [LOOK], tool_choice }, 'gemini')
    expect(body.toolConfig).toEqual({ functionCallingConfig })
  })

  test('expresses an effort as a level, and as a budget to older models', () => {
    const config = (model: string) =>
      sentBody('chat', { messages: [asks('x')], reasoning_effort: 'high' }, 'gemini', { model })
        .generationConfig.thinkingConfig
    expect(config('gemini-3-pro')).toMatchObject({ thinkingLevel: 'HIGH', includeThoughts: true })
    expect(config('gemini-2.5-flash')).toMatchObject({ thinkingBudget: 16_384 })
  })

  test('keeps five stop texts and reports the rest, and a serial choice', () => {
    const body = {
      max_tokens: 10,
      stop_sequences: ['1', '2', '3', '4', '5', '6'],
      messages: [asks('x')],
      tools: [{ name: 'look', input_schema: { type: 'object' } }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    }
    expect(sentBody('messages', body, 'gemini').generationConfig.stopSequences).toHaveLength(5)
    expect(lossesOf('messages', body, 'gemini').toSorted()).toEqual([
      'stop_sequences clamped',
      'tool_choice.disable_parallel_tool_use dropped',
    ])
  })

  test('has media inside a result for Gemini 3, and after it for older models', () => {
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
    }
    const body = {
      max_tokens: 10,
      messages: [
        asks('Look'),
        { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'look', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [image] }] },
      ],
      tools: [{ name: 'look', input_schema: { type: 'object' } }],
    }
    const parts = (model: string) =>
      sentBody('messages', body, 'gemini', { model }).contents[2].parts
    const blob = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }
    expect(parts('gemini-3-pro')[0].functionResponse.parts).toEqual([blob])
    expect(parts('gemini-2.5-flash')).toEqual([
      expect.objectContaining({ functionResponse: expect.anything() }),
      { text: 'From the result of look (call a):' },
      blob,
    ])
  })

  test('marks the result of a failed tool', () => {
    const messages = [
      asks('Look'),
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'look', input: {} }] },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'a', content: 'dark', is_error: true }],
      },
    ]
    const tools = [{ name: 'look', input_schema: { type: 'object' } }]
    const { contents } = sentBody('messages', { max_tokens: 1, messages, tools }, 'gemini')
    expect(contents[2].parts[0].functionResponse.response).toEqual({ error: 'dark' })
  })
})

describe('signatures of a tool loop of Gemini 3', () => {
  const answer = candidate(
    [
      { text: 'Hm.', thought: true },
      { functionCall: { name: 'look', args: { at: 1 } }, thoughtSignature: 'c2ln' },
      { functionCall: { name: 'look', args: { at: 2 } } },
    ],
    'STOP',
  )

  test('return on the first call through a client of Responses', () => {
    const tools = [{ type: 'function', name: 'look', parameters: { type: 'object' } }]
    const body = { model: 'any', input: 'Look', tools }
    const { text } = streamed({ client: 'responses', upstream: 'gemini', body }, [answer])
    const { output } = dataOf(text).at(-1).response
    const results = output
      .filter(({ type }: JsonObject) => type === 'function_call')
      .map(({ call_id }: JsonObject) => ({ type: 'function_call_output', call_id, output: 'cat' }))
    const input = [{ role: 'user', content: 'Look' }, ...output, ...results]
    const { contents } = sentBody('responses', { input, tools }, 'gemini')
    const signed = contents[1].parts.filter((part: JsonObject) => part.functionCall)
    expect(signed.map((part: JsonObject) => part.thoughtSignature)).toEqual(['c2ln', undefined])
  })

  test('return on the first call through a client of Messages', () => {
    const tools = [{ name: 'look', input_schema: { type: 'object' } }]
    const { content } = answered({ client: 'messages', upstream: 'gemini' }, answer)
    const results = content
      .filter(({ type }: JsonObject) => type === 'tool_use')
      .map(({ id }: JsonObject) => ({ type: 'tool_result', tool_use_id: id, content: 'cat' }))
    const messages = [
      asks('Look'),
      { role: 'assistant', content },
      { role: 'user', content: results },
    ]
    const { contents } = sentBody('messages', { max_tokens: 9, messages, tools }, 'gemini')
    expect(signaturesIn(contents[1].parts)).toEqual(['c2ln', undefined])
  })

  test('return on the first call through a chat client, which returns none', () => {
    const memory = new ThoughtMemory()
    for (const event of eventsFrom('gemini', [answer])) memory.add(event)
    const [{ message }] = answered({ client: 'chat', upstream: 'gemini' }, answer).choices
    const results = message.tool_calls.map(({ id }: JsonObject) => ({
      role: 'tool',
      tool_call_id: id,
      content: 'cat',
    }))
    const body = { model: 'm', messages: [asks('Look'), message, ...results], tools: [LOOK] }
    const request = recalled(readRequest('chat', body), memory.found())
    const written = wire('gemini').writeRequest(request, targetOf('gemini')).body
    const [, turn] = written.contents as { parts: JsonObject[] }[]
    expect(signaturesIn(turn?.parts ?? [])).toEqual(['c2ln', undefined])
  })
})

function signaturesIn(parts: readonly JsonObject[]) {
  return parts.filter(({ functionCall }) => functionCall).map((part) => part.thoughtSignature)
}

describe('results of many calls', () => {
  const contents = (calls: JsonObject[], results: JsonObject[]) => ({
    contents: [
      { role: 'user', parts: [{ text: 'x' }] },
      { role: 'model', parts: calls.map((call) => ({ functionCall: { name: 'f', ...call } })) },
      {
        role: 'user',
        parts: results.map((result) => ({
          functionResponse: { name: 'f', response: {}, ...result },
        })),
      },
    ],
  })
  const idsOf = (body: JsonObject) =>
    readRequest('gemini', body)
      .turns.flatMap(({ parts }) => parts)
      .flatMap((part) => (part.type === 'result' ? [part.callId] : []))

  // A search for each of them would take minutes.
  test('forty thousand, in the reverse order', () => {
    const ids = Array.from({ length: 40_000 }, (_, at) => ({ id: `c${at}` }))
    const found = idsOf(contents(ids, ids.toReversed()))
    expect(found).toEqual(ids.map(({ id }) => id).reverse())
  })

  test('those without an id belong to the calls that are still without a result, in order', () => {
    const calls = [{ id: 'a' }, {}, { id: 'c' }, { id: 'a' }]
    expect(idsOf(contents(calls, [{ id: 'c' }, {}, {}, {}]))).toEqual(['c', 'a', 'call_0', 'a'])
    expect(() => idsOf(contents(calls, [{}, {}, {}, {}, {}]))).toThrow('answers no functionCall')
  })
})
