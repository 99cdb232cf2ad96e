/** An answer that is to be no object, such as a list, comes back as the client asked for it from every upstream. */
import { describe, expect, test } from 'bun:test'
import { chunk, finish } from '../../../test/support/translation/chat-samples.ts'
import {
  answered,
  folded,
  sent,
  sentBody,
  streamed,
} from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const items = { type: 'OBJECT', properties: { name: { type: 'STRING' } } }
const asking = (responseSchema: JsonObject): JsonObject => ({
  contents: [{ role: 'user', parts: [{ text: 'Name two cats.' }] }],
  generationConfig: { responseMimeType: 'application/json', responseSchema },
})
const list = asking({ type: 'ARRAY', items })
const CATS = '[{"name":"Tom"},{"name":"Kitty"}]'
const wrapped = `{"value":${CATS}}`
const field = 'generationConfig.responseSchema'
// biome-ignore lint/suspicious/noExplicitAny: an answer that is looked into
const textOf = ({ candidates }: any) => candidates[0].content.parts[0].text

describe('a list', () => {
  test('is asked of OpenAI within an object, which is reported', () => {
    const schema = {
      type: 'object',
      properties: {
        value: {
          type: 'array',
          items: { type: 'object', properties: { name: { type: 'string' } } },
        },
      },
      required: ['value'],
      additionalProperties: false,
    }
    expect(sentBody('gemini', list, 'chat').response_format.json_schema.schema).toEqual(schema)
    expect(sentBody('gemini', list, 'responses').text.format.schema).toEqual(schema)
    const { toolSpec } = sentBody('gemini', list, 'converse').toolConfig.tools[0]
    expect(toolSpec.inputSchema.json).toEqual(schema)
    for (const wire of ['chat', 'responses', 'converse'] as const) {
      const { losses } = sent('gemini', list, wire)
      expect(losses).toMatchObject([{ field, how: 'emulated' }])
    }
  })

  test('is asked of Claude as it is', () => {
    const { losses, body } = sent('gemini', list, 'messages')
    expect(losses).toEqual([])
    expect(body.output_config).toMatchObject({ format: { schema: { type: 'array' } } })
  })

  test('comes out of the object, whole and streamed', () => {
    const chat = { client: 'gemini', upstream: 'chat', body: list } as const
    const choices = [{ message: { content: wrapped }, finish_reason: 'stop' }]
    expect(textOf(answered(chat, { choices }))).toBe(CATS)
    const pieces = [...wrapped].map((content) => chunk({ content }))
    const { text } = streamed(chat, [...pieces, finish('stop'), '[DONE]'])
    expect(folded('gemini', text).parts).toEqual([{ type: 'text', text: CATS }])
  })

  test('comes out of the tool that emulates it', () => {
    const toolUse = { toolUseId: 't', name: 'answer_in_json', input: { value: JSON.parse(CATS) } }
    const output = { message: { role: 'assistant', content: [{ toolUse }] } }
    const answer = { output, stopReason: 'tool_use' }
    const exchange = { client: 'gemini', upstream: 'converse', body: list } as const
    expect(textOf(answered(exchange, answer))).toBe(CATS)
  })

  test('comes as the model wrote it, with large numbers and in its order', () => {
    const chat = { client: 'gemini', upstream: 'chat', body: list } as const
    const values = [
      '[ 12345678901234567890, 1.0, {"b":1,"2":0,"1":0} ]',
      '"a } b"',
      '{"value":{"a":1.50}}',
    ]
    for (const value of values) {
      const choices = [{ message: { content: ` { "value" : ${value} } ` }, finish_reason: 'stop' }]
      expect(textOf(answered(chat, { choices }))).toBe(value)
    }
    const odd = [
      ['{"value":[1],"more":2}', '[1]'],
      ['{"more":2,"value":[1]}', '[1]'],
    ]
    for (const [content, value] of odd) {
      const choices = [{ message: { content }, finish_reason: 'stop' }]
      expect(textOf(answered(chat, { choices }))).toBe(value)
    }
  })

  test('counts as it comes, though it is sent when it is complete', () => {
    const chat = { client: 'gemini', upstream: 'chat', body: list } as const
    const { stream, text } = streamed(chat, [chunk({ role: 'assistant', content: '' })])
    expect([stream.visible, stream.text]).toEqual([false, ''])
    expect(text).not.toContain('Tom')
    const begun = [...wrapped.slice(0, 20)].map((content) => chunk({ content }))
    const cut = streamed(chat, begun)
    expect([cut.stream.visible, cut.stream.text]).toEqual([true, wrapped.slice(0, 20)])
    expect(cut.text).not.toContain('name')
  })

  test('that is cut off begins as a list', () => {
    const choices = [{ message: { content: wrapped.slice(0, 20) }, finish_reason: 'length' }]
    const exchange = { client: 'gemini', upstream: 'chat', body: list } as const
    expect(textOf(answered(exchange, { choices }))).toBe(CATS.slice(0, 11))
  })
})

test('alternatives are within an object, and find their definitions', () => {
  const schema = {
    anyOf: [{ $ref: '#/$defs/cat' }, { type: 'null' }],
    $defs: { cat: { type: 'object', properties: { name: { type: 'string' } } } },
  }
  const output_config = { format: { type: 'json_schema', schema } }
  const messages = [{ role: 'user', content: 'Name a cat.' }]
  const body = { max_tokens: 20, messages, output_config }
  expect(sentBody('messages', body, 'chat').response_format.json_schema.schema).toMatchObject({
    properties: { value: { anyOf: schema.anyOf } },
    $defs: schema.$defs,
  })
})

test('an object stays as it is', () => {
  for (const schema of [items, { properties: { value: { type: 'STRING' } } }]) {
    const { losses, body } = sent('gemini', asking(schema), 'chat')
    expect(losses).toEqual([])
    expect(JSON.stringify(body)).not.toContain('required')
  }
})

test('references to the schema itself and its parts find them within the object', () => {
  const schema = {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        children: { $ref: '#' },
        same: { $ref: '#/items/properties/$ref' },
        $ref: { type: 'string', enum: ['#'] },
        leaf: { $ref: '#/$defs/leaf' },
        old: { anyOf: [{ $ref: '#/definitions/old' }, { $ref: 'https://x.test/#' }] },
      },
    },
    $defs: { leaf: { properties: { up: { $ref: '#/items' } } } },
    definitions: { old: { items: [{ $ref: '#' }] } },
  }
  const output_config = { format: { type: 'json_schema', schema } }
  const body = { max_tokens: 20, messages: [{ role: 'user', content: 'x' }], output_config }
  const written = sentBody('messages', body, 'chat').response_format.json_schema.schema
  expect(written.properties.value.items.properties).toEqual({
    children: { $ref: '#/properties/value' },
    same: { $ref: '#/properties/value/items/properties/$ref' },
    $ref: { type: 'string', enum: ['#'] },
    leaf: { $ref: '#/$defs/leaf' },
    old: { anyOf: [{ $ref: '#/definitions/old' }, { $ref: 'https://x.test/#' }] },
  })
  expect(written.$defs).toEqual({
    leaf: { properties: { up: { $ref: '#/properties/value/items' } } },
  })
  expect(written.definitions).toEqual({ old: { items: [{ $ref: '#/properties/value' }] } })
})
