/** What an operator's parameters change in requests of each format. */
import { describe, expect, test } from 'bun:test'
import { parameterPlace } from '../protocols/parameter-names.ts'
import type { ProtocolName } from '../protocols/protocol.ts'
import { withParameters } from './parameters.ts'

const NOTHING = { default: {}, set: {}, drop: [] }

function changed(protocol: ProtocolName, body: object, parameters: object) {
  const placeOf = (name: string) => parameterPlace(protocol, name)
  return withParameters({ ...body }, { ...NOTHING, ...parameters }, placeOf)
}

describe('a bound', () => {
  const bound = { set: { 'max_tokens<': 4000 } }

  test.each([
    ['gemini', { generationConfig: { maxOutputTokens: 9000 } }],
    ['gemini', { generation_config: { max_output_tokens: 9000 } }],
    ['gemini', { generation_config: { maxOutputTokens: 9000 } }],
    ['openai', { max_completion_tokens: 9000 }],
    ['openai', { max_tokens: 9000 }],
  ] as const)('holds in %s %j, in the spelling of the request', (protocol, body) => {
    const within = JSON.parse(JSON.stringify(body).replace('9000', '4000'))
    expect(changed(protocol, body, bound)).toEqual(within)
    expect(changed(protocol, within, bound)).toBeNull()
  })

  test('holds under each name, if a request has both', () => {
    const both = { max_tokens: 10, max_completion_tokens: 9000 }
    expect(changed('openai', both, bound)).toEqual({ max_tokens: 10, max_completion_tokens: 4000 })
    const spellings = {
      generationConfig: { maxOutputTokens: 10 },
      generation_config: { max_output_tokens: 9000 },
    }
    expect(changed('gemini', spellings, bound)).toEqual({
      generationConfig: { maxOutputTokens: 10 },
      generation_config: { max_output_tokens: 4000 },
    })
  })

  test('is set once if a request says nothing', () => {
    expect(changed('openai', {}, bound)).toEqual({ max_tokens: 4000 })
    const body = { generation_config: { temperature: 1 } }
    expect(changed('gemini', body, bound)).toEqual({
      generation_config: { temperature: 1, maxOutputTokens: 4000 },
    })
  })
})

test('a default leaves a value under another name or spelling alone', () => {
  const parameters = { default: { max_tokens: 100, top_p: 0.5 } }
  expect(changed('openai', { max_completion_tokens: 5, top_p: 1 }, parameters)).toBeNull()
  const body = { generation_config: { max_output_tokens: 5, top_p: 1 } }
  expect(changed('gemini', body, parameters)).toBeNull()
})

test('what is dropped goes in each spelling, and its newer name stays', () => {
  const parameters = { drop: ['max_tokens', 'seed'] }
  expect(changed('openai', { max_tokens: 1, max_completion_tokens: 2 }, parameters)).toEqual({
    max_completion_tokens: 2,
  })
  const body = { generation_config: { max_output_tokens: 5, seed: 1, top_k: 3 } }
  expect(changed('gemini', body, parameters)).toEqual({ generation_config: { top_k: 3 } })
})
