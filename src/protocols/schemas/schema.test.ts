/** Schemas made simpler mean the same. */
import { describe, expect, test } from 'bun:test'
import { closedSchema } from '../anthropic/closed-schema.ts'
import type { JsonObject } from '../neutral/neutral.ts'
import { objectSchema } from './object-schema.ts'
import { simplified } from './schema.ts'
import { openApiSchema } from './schema-subset.ts'

const TREE: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $defs: {
    node: {
      type: 'object',
      properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } },
      required: ['name'],
    },
  },
  type: 'object',
  $comment: 'for authors',
  properties: { root: { $ref: '#/$defs/node', description: 'The root.' } },
  required: ['root', 'gone'],
  additionalProperties: false,
}

describe('a simplified schema', () => {
  test('has references inlined and cycles cut', () => {
    const { properties } = simplified(TREE) as { properties: { root: JsonObject } }
    expect(properties.root).toEqual({
      type: 'object',
      description: 'The root.',
      properties: { name: { type: 'string' }, next: { type: 'object' } },
      required: ['name'],
    })
    expect(JSON.stringify(simplified(TREE))).not.toContain('$')
  })

  test('merges allOf, and writes const and lists of types in simpler keywords', () => {
    expect(
      simplified({
        allOf: [
          { type: 'object', properties: { a: { const: 1 } }, required: ['a'] },
          {
            properties: { b: { type: ['string', 'null'], minLength: 2, description: 'B' } },
            required: ['b'],
          },
        ],
      }),
    ).toEqual({
      type: 'object',
      properties: {
        a: { enum: [1] },
        b: { description: 'B', anyOf: [{ type: 'string', minLength: 2 }, { type: 'null' }] },
      },
      required: ['a', 'b'],
    })
  })

  test('survives references that lead nowhere, and pointers with escapes', () => {
    expect(simplified({ $ref: 'https://elsewhere.test/x' })).toEqual({ type: 'object' })
    const schema = {
      $defs: { 'a/b': { type: 'integer' } },
      properties: { x: { $ref: '#/$defs/a~1b' } },
    }
    expect(simplified(schema)).toEqual({ properties: { x: { type: 'integer' } } })
  })
})

describe('for Gemini’s parameters', () => {
  test('only the subset is left, with items, and required names that exist', () => {
    const schema = openApiSchema({
      ...TREE,
      properties: {
        tags: { type: 'array', uniqueItems: true },
        size: { type: ['integer', 'null'], exclusiveMinimum: 0 },
        level: { enum: [1, 2] },
        root: { $ref: '#/$defs/node' },
      },
    })
    expect(schema).toEqual({
      type: 'object',
      properties: {
        tags: { type: 'array', items: { type: 'string' } },
        size: { type: 'integer', nullable: true },
        level: { type: 'string', enum: ['1', '2'] },
        root: {
          type: 'object',
          properties: { name: { type: 'string' }, next: { type: 'object' } },
          required: ['name'],
        },
      },
      required: ['root'],
    })
  })
})

test('structured output of Claude closes each object', () => {
  const { properties } = closedSchema(TREE) as { properties: { root: JsonObject } }
  expect(properties.root.additionalProperties).toBe(false)
})

test('arguments are an object, also of a tool without any', () => {
  expect(objectSchema(null)).toEqual({ type: 'object', properties: {} })
  expect(objectSchema({ type: 'object' })).toEqual({ type: 'object', properties: {} })
})
