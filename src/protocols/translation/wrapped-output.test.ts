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
