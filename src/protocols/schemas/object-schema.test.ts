/** The top of a tool's schema: always an object, without references and alternatives, which OpenAI and Claude refuse. */
import { expect, test } from 'bun:test'
import { lossesOf, sentBody } from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import { objectSchema } from './object-schema.ts'

const A = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] }
const AB = {
  type: 'object',
  properties: { a: { type: 'integer' }, b: { type: 'string' } },
  required: ['a', 'b'],
}

test.each<[string, JsonObject | null, JsonObject]>([
  ['nothing', null, { type: 'object', properties: {} }],
  ['no properties', { type: 'object' }, { type: 'object', properties: {} }],
  ['an object or null', { ...A, type: ['object', 'null'] }, A],
  ['a reference', { $ref: '#/$defs/A', $defs: { A } }, { ...A, $defs: { A } }],
  [
    'a reference beside properties',
    { $ref: '#/$defs/A', $defs: { A }, properties: { c: {} }, required: ['c'] },
    { ...A, properties: { ...A.properties, c: {} }, required: ['c', 'a'], $defs: { A } },
  ],
  [
    'common parts',
    { allOf: [A, { properties: { c: {} } }] },
    { ...A, properties: { ...A.properties, c: {} } },
  ],
  ['one alternative and null', { anyOf: [A, { type: 'null' }] }, A],
  [
    'alternatives',
    { oneOf: [A, { $ref: '#/$defs/AB' }], $defs: { AB } },
    {
      type: 'object',
      properties: {
        a: { anyOf: [{ type: 'string' }, { type: 'integer' }] },
        b: { type: 'string' },
      },
      required: ['a'],
      $defs: { AB },
    },
  ],
  ['a reference to itself', { $ref: '#' }, { type: 'object', properties: {} }],
  ['a reference to nowhere', { $ref: 'https://x.test/a' }, { type: 'object', properties: {} }],
])('of %s', (_, schema, plain) => {
  expect(objectSchema(schema)).toEqual(plain)
})

const asking = (parameters: JsonObject) => ({
  messages: [{ role: 'user', content: 'Hi' }],
  tools: [{ type: 'function', function: { name: 'f', parameters } }],
})
const LIST = {
  $ref: '#/$defs/List',
  $defs: {
    List: { type: 'object', properties: { x: { type: 'string' }, next: { $ref: '#/$defs/List' } } },
  },
}

test.each(['responses', 'messages', 'gemini', 'converse'] as const)(
  'what a reference at the top refers to reaches %s',
  (wire) => {
    const { tools, toolConfig } = sentBody('chat', asking(LIST), wire)
    const [tool] = toolConfig?.tools ?? tools
    const schema =
      tool.parameters ??
      tool.input_schema ??
      tool.functionDeclarations?.[0].parametersJsonSchema ??
      tool.toolSpec.inputSchema.json
    expect(schema).toMatchObject({
      type: 'object',
      properties: { x: { type: 'string' }, next: {} },
    })
    expect(schema.$ref).toBeUndefined()
  },
)

test('alternatives that become optional are reported', () => {
  expect(lossesOf('chat', asking({ anyOf: [A, AB] }), 'messages')).toEqual(['tools clamped'])
  expect(lossesOf('chat', asking({ anyOf: [A, { type: 'null' }] }), 'messages')).toEqual([])
})
