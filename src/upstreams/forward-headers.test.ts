/** Which headers of a client reach the upstream. */
import { expect, test } from 'bun:test'
import { forwardedHeaders } from './forward-headers.ts'

const client = (headers: Record<string, string>) => ({
  get: (name: string) => headers[name] ?? null,
})

test('those that are named pass, and no others', () => {
  const headers = client({ 'openai-beta': 'assistants=v2', 'x-title': 'App', 'x-other': 'x' })
  expect(forwardedHeaders(['openai-beta', 'x-title', 'traceparent'], headers)).toEqual({
    'openai-beta': 'assistants=v2',
    'x-title': 'App',
  })
  expect(forwardedHeaders(['traceparent'], headers)).toBeNull()
})

test.each(['authorization', 'api-key', 'cookie', 'x-forwarded-for', 'content-length', 'host'])(
  '%s never passes, even if it is named',
  (name) => {
    expect(forwardedHeaders([name], client({ [name]: 'x' }))).toBeNull()
  },
)

test('a value that is not ASCII does not pass', () => {
  expect(forwardedHeaders(['x-title'], client({ 'x-title': 'é' }))).toBeNull()
})
