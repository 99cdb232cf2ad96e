/** What a request body may say. */
import { describe, expect, test } from 'bun:test'
import { GatewayError } from '../../core/errors.ts'
import { parseRequest, withModel } from './request.ts'

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
    ['a model that is no text', '{"model":3}', 'model'],
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

  test.each(['"max_tokens":-1', '"max_tokens":"9"', '"n":0', '"best_of":0', '"n":1000000000'])(
    'with %s passes: it is the upstream that knows what it takes',
    (member) => {
      const text = `{"model":"m",${member}}`
      expect(parseRequest('completions', text).text).toBe(text)
    },
  )

  test('takes the model that an Azure path names', () => {
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
