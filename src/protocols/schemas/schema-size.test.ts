/** What a few lines of a schema may stand for: without a bound most of these would be written for hours. */
import { describe, expect, test } from 'bun:test'
import { asks } from '../../../test/support/translation/chat-samples.ts'
import { sentBody } from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'

const WIRES = ['chat', 'responses', 'messages', 'gemini'] as const

const times = <Item>(count: number, make: (at: number) => Item) =>
  Array.from({ length: count }, (_, at) => make(at))
const toSelf = () => ({ $ref: '#' })
const defined = (count: number, make: (at: number) => JsonObject) =>
  Object.fromEntries(times(count, (at) => [`d${at}`, make(at)]))
const to = (at: number) => ({ $ref: `#/$defs/d${at}` })

function asking(...schemas: JsonObject[]) {
  const tools = schemas.map((parameters, at) => ({
    type: 'function',
    function: { name: `t${at}`, parameters },
  }))
  return { messages: [asks('x')], tools }
}

const DOUBLED = { ...to(0), $defs: defined(30, (at) => ({ allOf: [to(at + 1), to(at + 1)] })) }
const TYPES = ['object', 'array', 'string', 'number', 'boolean', 'null']
const divided = (depth: number): JsonObject =>
  depth === 0 ? {} : { type: TYPES, anyOf: [divided(depth - 1)] }
const TOO_LARGE: Record<string, JsonObject[]> = {
  'lists of types within one another': [divided(25)],
  'a long value beside many types': [
    { properties: { a: { type: times(1_000, (at) => `t${at}`), examples: ['x'.repeat(10_000)] } } },
  ],
  'references that double at each level': [DOUBLED],
  'alternatives that each have all the others': [
    { anyOf: times(8, to), $defs: defined(8, () => ({ anyOf: times(8, to) })) },
  ],
  'a hundred tools that are large together': times(100, () => ({
    ...to(0),
    $defs: defined(10, (at) => ({ anyOf: [to(at + 1), to(at + 1)] })),
  })),
  'a long list that is referred to a thousand times': [
    {
      properties: Object.fromEntries(times(1_000, (at) => [`p${at}`, to(0)])),
      $defs: { d0: { enum: ['x'.repeat(10_000)] } },
    },
  ],
  'a chain of references': [{ ...to(0), $defs: defined(1_000, (at) => ({ items: to(at + 1) })) }],
}
const nullable = (depth: number): JsonObject =>
  depth === 0
    ? { type: 'string' }
    : { type: ['object', 'null'], properties: { a: nullable(depth - 1) } }
const LARGE: Record<string, JsonObject> = {
  'objects that may be null, 25 within one another': nullable(25),
  'the same type ten thousand times': {
    properties: { a: { type: times(10_000, () => 'string'), examples: ['x'.repeat(10_000)] } },
  },
  'ten alternatives that are the whole': { anyOf: times(10, toSelf) },
  'ten parts that are the whole': { allOf: times(10, toSelf) },
  'many parts': { allOf: times(10_000, (at) => ({ properties: { [`p${at}`]: {} } })) },
  'many alternatives of one property': {
    anyOf: times(10_000, (at) => ({ properties: { a: { const: at } }, required: [`r${at}`, 'a'] })),
  },
}

describe.each(WIRES)('a tool’s schema for %s', (wire) => {
  const dialect = wire === 'chat' ? 'messages' : 'chat'
  const body = (schemas: JsonObject[]) =>
    dialect === 'chat'
      ? asking(...schemas)
      : {
          max_tokens: 9,
          messages: [{ role: 'user', content: 'x' }],
          tools: schemas.map((schema, at) => ({ name: `t${at}`, input_schema: schema })),
        }

  test.each(Object.entries(TOO_LARGE))('with %s is refused', (_, schemas) => {
    expect(() => sentBody(dialect, body(schemas), wire)).toThrow("once their '$ref's are resolved")
  })

  test.each(Object.entries(LARGE))('with %s is written', (_, schema) => {
    expect(sentBody(dialect, body([schema]), wire).tools).toHaveLength(1)
  })
})

test('schemas as large as clients’ real ones are written, referred to or not', () => {
  const page = { properties: Object.fromEntries(times(50, (at) => [`p${at}`, { type: 'string' }])) }
  const schema = { properties: Object.fromEntries(times(50, (at) => [`q${at}`, to(0)])) }
  const body = asking(...times(20, () => ({ ...schema, $defs: { d0: page } })))
  expect(sentBody('chat', body, 'gemini').tools[0].functionDeclarations).toHaveLength(20)
})
