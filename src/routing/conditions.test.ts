/** Which requests a target takes, and what is read from requests of each wire format to decide it. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { FEATURES, type Feature } from '../core/features.ts'
import { featuresOf } from '../protocols/features.ts'
import { type RequestFacts, readCondition, takenBy } from './conditions.ts'

const facts = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  tags: [],
  promptTokens: () => 100,
  features: () => new Set(),
  header: () => null,
  ...more,
})
const holds = (text: string, of: RequestFacts) => readCondition(text)?.holds(of)

describe('a condition', () => {
  test('asks for a tag of the proxy key', () => {
    expect(holds('tag:premium', facts({ tags: ['premium'] }))).toBe(true)
    expect(holds('tag:premium', facts({ tags: ['premium2'] }))).toBe(false)
  })

  test('bounds the prompt on both sides, the bound included', () => {
    const sized = (tokens: number) => facts({ promptTokens: () => tokens })
    expect([99, 100, 101].map((tokens) => holds('max-tokens:100', sized(tokens)))).toEqual([
      true,
      true,
      false,
    ])
    expect([99, 100, 101].map((tokens) => holds('min-tokens:100', sized(tokens)))).toEqual([
      false,
      true,
      true,
    ])
  })

  test('asks for a header, with or without a value, in any case of its name', () => {
    const of = facts({ header: (name) => (name === 'x-tier' ? 'gold' : null) })
    expect(holds('header:X-Tier', of)).toBe(true)
    expect(holds('header:x-tier=gold', of)).toBe(true)
    expect(holds('header:x-tier=gol', of)).toBe(false)
    expect(holds('header:x-other', of)).toBe(false)
  })

  test.each([...FEATURES])('asks for the feature %s', (feature) => {
    expect(holds(`feature:${feature}`, facts({ features: () => new Set([feature]) }))).toBe(true)
    expect(holds(`feature:${feature}`, facts())).toBe(false)
  })

  test.each(['tag:a', 'max-tokens:100', 'min-tokens:100', 'feature:tools', 'header:x-a=b'])(
    '!%s holds when the other does not',
    (text) => {
      const made = fc.record({
        tags: fc.subarray(['a', 'b']),
        tokens: fc.nat(200),
        features: fc.subarray([...FEATURES]),
        value: fc.option(fc.constantFrom('b', 'c')),
      })
      fc.assert(
        fc.property(made, ({ tags, tokens, features, value }) => {
          const of = facts({
            tags,
            promptTokens: () => tokens,
            features: () => new Set(features),
            header: () => value,
          })
          expect(holds(`!${text}`, of)).toBe(!holds(text, of))
        }),
      )
    },
  )

  test.each([
    '',
    'tag',
    'tag:',
    'feature:magic',
    'max-tokens:many',
    'max-tokens:-1',
    'header:',
    'x:y',
    'constructor:x',
    'to-string:x',
  ])("'%s' is none", (text) => expect(readCondition(text)).toBeNull())

  test('reads of a request only what it asks for', () => {
    const never = () => {
      throw new Error('it was read')
    }
    const of = facts({ promptTokens: never, features: never, header: never })
    expect(takenBy([{ conditions: [] }], of)).toHaveLength(1)
    expect(holds('tag:a', of)).toBe(false)
  })

  test('of a target that has several must all hold', () => {
    const conditions = ['tag:a', 'max-tokens:100'].map((text) => readCondition(text))
    const target = { conditions: conditions.filter((one) => one !== null) }
    expect(takenBy([target], facts({ tags: ['a'] }))).toEqual([target])
    expect(takenBy([target], facts({ tags: ['a'], promptTokens: () => 101 }))).toEqual([])
    expect(takenBy([target], facts())).toEqual([])
  })
})

type Case = readonly [Feature, string, Record<string, unknown>]
const parts = (...content: object[]) => ({ messages: [{ role: 'user', content }] })
const CASES: readonly Case[] = [
  ['tools', 'chat', { tools: [{ type: 'function' }] }],
  ['tools', 'old functions', { functions: [{ name: 'f' }] }],
  ['json', 'chat', { response_format: { type: 'json_schema' } }],
  ['json', 'responses', { text: { format: { type: 'json_object' } } }],
  ['json', 'messages', { output_config: { format: { type: 'json_schema' } } }],
  ['json', 'gemini', { generationConfig: { responseMimeType: 'application/json' } }],
  ['reasoning', 'chat', { reasoning_effort: 'high' }],
  ['reasoning', 'responses', { reasoning: { effort: 'low' } }],
  ['reasoning', 'messages', { thinking: { type: 'enabled' } }],
  ['reasoning', 'gemini', { generationConfig: { thinkingConfig: {} } }],
  ['images', 'chat', parts({ type: 'image_url' })],
  ['images', 'responses', { input: [{ content: [{ type: 'input_image' }] }] }],
  ['images', 'messages', parts({ type: 'tool_result', content: [{ type: 'image' }] })],
  ['images', 'gemini', { contents: [{ parts: [{ inlineData: { mimeType: 'image/png' } }] }] }],
  ['audio', 'chat', parts({ type: 'input_audio' })],
  ['audio', 'gemini', { contents: [{ parts: [{ fileData: { mimeType: 'audio/wav' } }] }] }],
  ['documents', 'chat', parts({ type: 'file' })],
  ['documents', 'responses', { input: [{ content: [{ type: 'input_file' }] }] }],
  ['documents', 'messages', parts({ type: 'document' })],
]

test.each(CASES)('%s are seen in a request of %s', (feature, _, body) => {
  expect([...featuresOf(body, false)]).toEqual([feature])
})

test('a plain text request has no feature, and a feature that is switched off does not count', () => {
  const off = { tools: [], reasoning_effort: 'none', thinking: { type: 'disabled' } }
  const text = {
    messages: [{ role: 'user', content: 'image_url' }],
    response_format: { type: 'text' },
  }
  expect([...featuresOf({ ...off, ...text }, false)]).toEqual([])
  expect([...featuresOf({}, true)]).toEqual(['stream'])
})

test('any body can be read', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('messages', 'input', 'contents', 'tools', 'text'),
        fc.anything(),
      ),
      (body) => {
        expect(featuresOf(body, false)).toBeInstanceOf(Set)
      },
    ),
  )
})
