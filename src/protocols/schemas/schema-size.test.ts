/** What a few lines of a schema may stand for: without a bound most of these would be written for hours. */
import { describe, expect, test } from 'bun:test'
import { asks } from '../../../test/support/translation/chat-samples.ts'
import { sent, sentBody } from '../../../test/support/translation/translation.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import { objectSchema } from './object-schema.ts'
import { isRecursive } from './schema.ts'

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
/** No wire takes a reference at the top of a tool's schema, so all of them put the tops together. */
const TOP_TOO_LARGE: Record<string, JsonObject[]> = {
  'references that double at each level': [DOUBLED],
  'alternatives that each have all the others': [
    { anyOf: times(8, to), $defs: defined(8, () => ({ anyOf: times(8, to) })) },
  ],
  'a hundred tools that are large together': times(100, () => ({
    ...to(0),
    $defs: defined(11, (at) => ({ anyOf: [to(at + 1), to(at + 1)] })),
  })),
  'many references to each of many parts': [
    {
      allOf: times(20_000, to),
      anyOf: times(20_000, to),
      $defs: defined(20_000, (at) => ({ properties: { [`p${at}`]: {} } })),
    },
  ],
  'a long form that is compared again at each of many levels': [
    {
      ...to(0),
      $defs: {
        ...defined(10, (at) => ({ anyOf: [to(at + 1), { ...to(at + 1), title: 'again' }] })),
        d10: {
          anyOf: ['a', 'b'].map((each) => ({
            properties: { a: { description: each.repeat(100_000) } },
          })),
        },
      },
    },
  ],
}
const NODES = defined(7, (at) => ({
  type: 'object',
  properties: defined(4, () => ({ anyOf: times(7, to) })),
  required: [`d${at % 4}`],
}))
/** Only where schemas are inlined. */
const TOO_LARGE_INLINED: Record<string, JsonObject> = {
  'lists of types within one another': { properties: { a: divided(25) } },
  'a long value beside many types': {
    properties: { a: { type: times(1_000, (at) => `t${at}`), examples: ['x'.repeat(10_000)] } },
  },
  'a long list that is referred to a thousand times': {
    properties: Object.fromEntries(times(1_000, (at) => [`p${at}`, to(0)])),
    $defs: { d0: { enum: ['x'.repeat(10_000)] } },
  },
  'references in properties that double at each level': {
    properties: { a: to(0) },
    $defs: defined(30, (at) => ({ properties: { a: to(at + 1), b: to(at + 1) } })),
  },
  'a chain of references': {
    properties: { a: to(0) },
    $defs: defined(1_000, (at) => ({ items: to(at + 1) })),
  },
}
/** Gemini gets it inlined; Claude is not held to it. */
const RECURSIVE = { properties: { root: to(0) }, $defs: NODES }
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
  'alternatives that are the whole, three times': { anyOf: times(3, toSelf) },
  'ten parts that are the whole': { allOf: times(10, toSelf) },
  'many parts': { allOf: times(20_000, (at) => ({ properties: { [`p${at}`]: {} } })) },
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

  test.each(Object.entries(TOP_TOO_LARGE))('with %s is refused', (_, schemas) => {
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

const PASSING = [['chat'], ['responses'], ['messages'], ['converse']] as const
const LEGAL = { ...TOO_LARGE_INLINED, 'seven forms that hold each other': RECURSIVE }

describe.each(Object.entries(LEGAL))('a schema with %s within', (_, schema) => {
  const typed = { type: 'object', ...schema }

  test.each(PASSING)('passes unchanged to %s', (wire) => {
    const body =
      wire === 'chat'
        ? { messages: [asks('x')], tools: [{ name: 't', input_schema: typed }], max_tokens: 9 }
        : asking(typed)
    const { tools, toolConfig } = sentBody(wire === 'chat' ? 'messages' : 'chat', body, wire)
    const [tool] = toolConfig?.tools ?? tools
    const written =
      tool.function?.parameters ??
      tool.parameters ??
      tool.input_schema ??
      tool.toolSpec.inputSchema.json
    expect(written).toEqual(typed)
  })

  test('is refused by Gemini, which gets it inlined', () => {
    expect(() => sentBody('chat', asking(schema), 'gemini')).toThrow("once their '$ref's")
  })
})

/** As OpenAI's clients ask for both. */
const strictly = (schema: JsonObject) => {
  const format = { name: 'n', schema, strict: true }
  const tool = { type: 'function', function: { name: 't', parameters: schema, strict: true } }
  return [
    { messages: [asks('x')], tools: [tool] },
    { messages: [asks('x')], response_format: { type: 'json_schema', json_schema: format } },
  ]
}

test.each(Object.entries(TOO_LARGE_INLINED))(
  'Claude is not held to a schema with %s',
  (_, schema) => {
    for (const body of strictly(schema))
      expect(() => sentBody('chat', body, 'messages')).toThrow("once their '$ref's")
  },
)

test('a schema that contains itself is found without following all of its paths', () => {
  expect(isRecursive(RECURSIVE)).toBe(true)
  expect(isRecursive({ properties: { a: to(0) }, $defs: DOUBLED.$defs })).toBe(false)
  for (const body of strictly(RECURSIVE)) {
    const { body: written, losses } = sent('chat', body, 'messages')
    expect(JSON.stringify(written).length).toBeLessThan(10_000)
    expect(losses.length).toBeGreaterThan(0)
  }
})

test('an output is looked at by its top alone, if it is not inlined', () => {
  const body = strictly({ type: 'object', ...RECURSIVE })[1] ?? {}
  expect(sentBody('chat', body, 'responses').text.format.schema).toMatchObject(RECURSIVE)
  const refused = strictly(DOUBLED)[1] ?? {}
  for (const wire of ['responses', 'messages', 'gemini', 'converse'] as const)
    expect(() => sentBody('chat', refused, wire)).toThrow("once their '$ref's")
})

test('the steps to compose a root schema are reported, and can be bounded', () => {
  const steps = (schema: JsonObject) => {
    let sum = 0
    objectSchema(schema, (more) => {
      sum += more
    })
    return sum
  }
  const wide = (count: number) => steps({ allOf: times(count, (at) => ({ title: `${at}` })) })
  expect(wide(20_000)).toBeLessThan(21 * wide(1_000))
  let visits = 0
  const stop = (): void => {
    if (++visits > 100) throw new Error('enough')
  }
  expect(() => objectSchema(DOUBLED, stop)).toThrow('enough')
})
