/** Forms of answers and strict tools: what a wire takes as it is, what is emulated, and what is reported. */
import { describe, expect, test } from 'bun:test'
import { asks } from '../../../test/support/translation/chat-samples.ts'
import {
  answered,
  lossesOf,
  sentBody,
  targetOf,
} from '../../../test/support/translation/translation.ts'
import { factsFor } from '../neutral/model-facts.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const object = (properties: JsonObject, more: JsonObject = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
})
const PLAIN = object({ at: { type: 'integer', minimum: 1 } })
const TREE = object({ name: { type: 'string' }, kids: { type: 'array', items: { $ref: '#' } } })
const DICTIONARY = object({ by: { type: 'object', additionalProperties: { type: 'string' } } })
const asking = (schema: JsonObject, more: JsonObject = {}) => ({
  messages: [asks('x')],
  response_format: { type: 'json_schema', json_schema: { name: 'out', strict: true, schema } },
  ...more,
})
const LOOK = { type: 'function', function: { name: 'look' } }

describe('a form of the answer', () => {
  test('is Claude’s own where it can be closed', () => {
    const { output_config: config } = sentBody('chat', asking(PLAIN), 'messages')
    expect(config.format.schema.properties.at).toEqual({
      type: 'integer',
      description: '{minimum: 1}',
    })
    expect(lossesOf('chat', asking(PLAIN), 'messages')).toEqual([])
  })

  test.each([
    ['that contains itself', TREE],
    ['with names that are not known beforehand', DICTIONARY],
  ])('%s is emulated for Claude by a tool, unchanged', (_, schema) => {
    const body = sentBody('chat', asking(schema), 'messages')
    expect(body.output_config).toBeUndefined()
    expect(body.tools[0].input_schema).toEqual(schema)
    expect(lossesOf('chat', asking(schema), 'messages')).toEqual(['response_format emulated'])
  })

  test('that contains itself is cut for Gemini, reported', () => {
    expect(lossesOf('chat', asking(TREE), 'gemini')).toEqual(['response_format clamped'])
    expect(lossesOf('chat', asking(PLAIN), 'gemini')).toEqual([])
  })

  const older = { model: 'gemini-2.5-flash', facts: factsFor('gemini-2.5-flash') }
  const withTools = asking(PLAIN, { tools: [LOOK] })

  test('beside tools is a function for Gemini 2.5, whose arguments come back as text', () => {
    const body = sentBody('chat', withTools, 'gemini', older)
    expect(body.generationConfig).toBeUndefined()
    const [{ functionDeclarations: functions }] = body.tools
    expect(functions.map(({ name }: { name: string }) => name)).toEqual(['look', 'answer_in_json'])
    expect(body.toolConfig.functionCallingConfig.mode).toBe('ANY')
    const call = { functionCall: { name: 'answer_in_json', args: { at: 1 } } }
    const answer = answered(
      { client: 'chat', upstream: 'gemini', body: { model: 'any', ...withTools }, target: older },
      { candidates: [{ content: { role: 'model', parts: [call] }, finishReason: 'STOP' }] },
    )
    expect(answer.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: '{"at":1}' },
    })
    expect(answer.choices[0].message.tool_calls).toBeUndefined()
  })

  test('beside tools is Gemini 3’s own, and without tools Gemini 2.5’s, too', () => {
    expect(sentBody('chat', withTools, 'gemini').generationConfig.responseJsonSchema).toBeDefined()
    const alone = sentBody('chat', asking(PLAIN), 'gemini', older)
    expect(alone.generationConfig.responseJsonSchema).toBeDefined()
  })
})

describe('a strict tool', () => {
  const strict = (parameters: JsonObject) => ({
    messages: [asks('x')],
    tools: [{ type: 'function', function: { name: 'look', strict: true, parameters } }],
  })

  test('has the schema that Claude can be held to', () => {
    const [tool] = sentBody('chat', strict(PLAIN), 'messages').tools
    expect(tool.strict).toBe(true)
    expect(tool.input_schema.properties.at).not.toHaveProperty('minimum')
    const [{ toolSpec }] = sentBody('chat', strict(PLAIN), 'converse').toolConfig.tools
    expect(toolSpec.strict).toBe(true)
  })

  test.each([TREE, DICTIONARY])(
    'is not strict for Claude where its schema would change',
    (schema) => {
      for (const wire of ['messages', 'converse'] as const)
        expect(lossesOf('chat', strict(schema), wire)).toEqual(['tools[].function.strict dropped'])
      const [tool] = sentBody('chat', strict(schema), 'messages').tools
      expect(tool).not.toHaveProperty('strict')
      expect(tool.input_schema).toEqual(schema)
    },
  )

  test('is reported for Gemini, which has no such field', () => {
    expect(lossesOf('chat', strict(PLAIN), 'gemini')).toEqual(['tools[].function.strict dropped'])
    expect(lossesOf('chat', strict(TREE), 'gemini')).toContain('tools clamped')
  })
})

test('references that multiply are refused, not resolved for minutes', () => {
  const $defs = Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => {
      const next = { $ref: `#/$defs/d${at + 1}` }
      return [`d${at}`, object({ left: next, right: next })]
    }),
  )
  const schema = { ...object({ root: { $ref: '#/$defs/d0' } }), $defs }
  expect(() => sentBody('chat', asking(schema), 'gemini')).toThrow('100000 parts')
})

test('a system message alone is OpenAI’s input', () => {
  const body = sentBody('chat', { messages: [{ role: 'system', content: 'Say hi' }] }, 'responses')
  expect(body.instructions).toBeUndefined()
  expect(body.input).toEqual([
    { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'Say hi' }] },
  ])
})

test.each(['messages', 'gemini', 'converse'] as const)(
  'a system message alone is said by the user on %s, reported',
  (wire) => {
    const body = { messages: [{ role: 'system', content: 'Say hi' }] }
    const { messages, contents, ...rest } = sentBody('chat', body, wire)
    expect(JSON.stringify(messages ?? contents)).toContain('Say hi')
    expect(JSON.stringify(rest)).not.toContain('Say hi')
    expect(lossesOf('chat', body, wire)).toEqual(['messages emulated'])
  },
)

describe('verbosity', () => {
  const chat = { messages: [asks('Hi')], verbosity: 'low' }
  const responses = { input: 'Hi', text: { verbosity: 'low' } }

  test('is a field of its own in both of OpenAI’s formats', () => {
    expect(sentBody('chat', chat, 'responses').text).toEqual({ verbosity: 'low' })
    expect(sentBody('responses', responses, 'chat').verbosity).toBe('low')
    for (const [from, body, to] of [
      ['chat', chat, 'responses'],
      ['responses', responses, 'chat'],
    ] as const)
      expect(lossesOf(from, body, to)).toEqual([])
  })

  test.each(['messages', 'gemini', 'converse'] as const)('is reported on %s', (wire) => {
    expect(lossesOf('chat', chat, wire)).toContain('verbosity dropped')
    expect(lossesOf('responses', responses, wire)).toContain('text.verbosity dropped')
    expect(lossesOf('chat', { ...chat, verbosity: 'medium' }, wire)).toEqual([])
  })

  test.each(['gpt-4.1', 'o3', 'llama-3.3'])('is not sent to %s, which refuses it', (model) => {
    const target = targetOf('responses', { model })
    expect(sentBody('chat', chat, 'responses', target).text).toBeUndefined()
    expect(lossesOf('chat', chat, 'responses', target)).toEqual(['verbosity dropped'])
    expect(sentBody('responses', responses, 'chat', { ...target }).verbosity).toBeUndefined()
  })

  test('of another word is refused by name', () => {
    expect(() => sentBody('chat', { ...chat, verbosity: 'tiny' }, 'responses')).toThrow(
      "'verbosity'",
    )
    const text = { verbosity: 1 }
    expect(() => sentBody('responses', { input: 'x', text }, 'chat')).toThrow("'text.verbosity'")
  })
})

test.each(['responses', 'messages', 'gemini', 'converse'] as const)(
  'a conversation without any text is refused for %s, naming its field',
  (wire) => {
    expect(() => sentBody('chat', { messages: [asks('')] }, wire)).toThrow('contains no text')
    const orphan = { input: [{ type: 'function_call_output', call_id: 'c', output: 'x' }] }
    const refused = () => sentBody('responses', orphan, wire === 'responses' ? 'chat' : wire)
    expect(refused).toThrow(expect.objectContaining({ param: 'input' }))
  },
)
