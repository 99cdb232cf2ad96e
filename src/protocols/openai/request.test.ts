/** What a request body may say. */
import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../core/errors.ts'
import type { Endpoint } from '../protocol.ts'
import { expectedAnswers, maxOutputTokens, parseRequest, withModel } from './request.ts'

const refusal = (body: string) => {
  try {
    parseRequest('chat/completions', body)
  } catch (error) {
    if (error instanceof GatewayError) return { status: error.status, param: error.param }
    throw error
  }
  return null
}

describe('a request body', () => {
  test('is kept as it came, unknown fields and all', () => {
    const text = '{"model":"m","seed":12345678901234567890,"x_new":{"a":[1.0]}}'
    expect(parseRequest('chat/completions', text).text).toBe(text)
  })

  test.each([
    ['no JSON', '{"model":', null],
    ['a list', '[]', null],
    ['no model', '{}', 'model'],
    ['a model that is not a string', '{"model":3}', 'model'],
    ['a line break in the model', '{"model":"a\\r\\nb"}', 'model'],
    ['huge max_tokens', '{"model":"m","max_tokens":1e308}', 'max_tokens'],
    ['stream as text', '{"model":"m","stream":"yes"}', 'stream'],
    ['a dot as the model', '{"model":"."}', 'model'],
    ['two dots as the model', '{"model":".."}', 'model'],
    ['two models', '{"model":"a","model":"b"}', 'model'],
    ['nesting without end', `{"model":"m","x":${'['.repeat(200_000)}`, null],
  ])('with %s is refused with 400', (_, body, param) => {
    expect(refusal(body)).toEqual({ status: 400, param })
  })

  test.each([
    ['-1', 0],
    ['null', 0],
    ['"100"', 100],
    ['100', 100],
    ['[]', 0],
  ])('with max_tokens %s passes and reserves %i', (value, tokens) => {
    const request = parseRequest('chat/completions', `{"model":"m","max_tokens":${value}}`)
    expect(maxOutputTokens(request)).toBe(tokens)
  })

  test('that asks for no or a billion choices passes', () => {
    for (const choices of ['"n":0,"best_of":0', '"n":1000000000'])
      expect(parseRequest('completions', `{"model":"m",${choices}}`).model).toBe('m')
  })

  test('waits for an answer to each prompt, n times', () => {
    const asked = (endpoint: Endpoint, body: object) =>
      expectedAnswers(parseRequest(endpoint, JSON.stringify({ model: 'm', ...body })))
    expect(asked('completions', { prompt: ['a', 'b'], n: 2 })).toBe(4)
    expect(asked('completions', { prompt: [1, 2, 3] })).toBe(1)
    expect(asked('chat/completions', { n: 3, prompt: ['a', 'b'] })).toBe(3)
  })

  test('uses the model in an Azure path', () => {
    expect(withModel('{"messages":[]}', 'gpt-4o')).toBe('{"model":"gpt-4o","messages":[]}')
    expect(withModel('{"model":"x","a":1}', 'gpt-4o')).toBe('{"model":"gpt-4o","a":1}')
    expect(withModel('{"model":', 'gpt-4o')).toBe('{"model":')
  })

  test('cannot reach the prototype', () => {
    const ask = parseRequest('chat/completions', '{"model":"m","__proto__":{"stream":true}}')
    expect(ask.stream).toBe(false)
    expect(({} as { stream?: unknown }).stream).toBeUndefined()
  })
})
