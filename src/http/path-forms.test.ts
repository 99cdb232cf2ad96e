/** Which route a path in an unusual form means, and which paths are never served. */
import { describe, expect, test } from 'bun:test'
import { hasDotSegment, pathForms, routeAtEnd } from './path-forms.ts'

const means = (path: string, wanted: string) =>
  pathForms(path).some((form) => form.path === wanted && form.deployment === null)

describe('path forms', () => {
  test.each([
    '/v1/chat/completions',
    '/v1/chat/completions/',
    '//v1//chat/completions',
    '/v1/v1/chat/completions',
    '/v1/v1/v1/chat/completions//',
    '/chat/completions',
    '/openai/v1/chat/completions',
    '/openai/chat/completions',
    '/v1beta/openai/chat/completions',
    '/api/v1/chat/completions',
    '/v1/openai/chat/completions',
  ])('%s means chat completions', (path) => {
    expect(means(path, '/v1/chat/completions')).toBe(true)
  })
  test.each([
    ['/anthropic/v1/messages', '/v1/messages'],
    ['/anthropic/messages', '/v1/messages'],
    ['/gemini/v1beta/models/m:generateContent', '/v1/models/m:generateContent'],
    ['/gemini/v1beta/files', '/v1beta/files'],
    ['//upload/v1beta/files', '/upload/v1beta/files'],
    ['//v1beta//files/abc', '/v1beta/files/abc'],
    ['//ws/google.Service.Method', '/ws/google.Service.Method'],
    ['/gemini//ws/google.Service.Method', '/ws/google.Service.Method'],
    ['/v1/ws/google.Service.Method', '/ws/google.Service.Method'],
  ])('%s means %s', (path, wanted) => {
    expect(means(path, wanted)).toBe(true)
  })
  test('the path as it was sent comes first', () => {
    expect(pathForms('/chat/completions/')[0]?.path).toBe('/chat/completions/')
  })
  test('a deployment in the path is a model', () => {
    for (const prefix of ['', '/v1'])
      expect(pathForms(`${prefix}/openai/deployments/gpt%204/chat/completions`)).toEqual([
        { path: '/v1/chat/completions', deployment: 'gpt%204' },
      ])
  })
  test.each(['/metrics/', '//metrics', '/admin//v1/doctor', 'metrics'])(
    "%s is not an operator's route",
    (path) => {
      const forms = pathForms(path).map((form) => form.path)
      expect(forms.filter((form) => /^\/(metrics|admin\/v1\/doctor)$/.test(form))).toEqual([])
    },
  )
})

describe('the route that a path ends with', () => {
  const find = (end: string) => (end === '/chat/completions' ? '/v1/chat/completions' : null)
  test.each([
    '/proxy/v1/chat/completions',
    '/v1/chat/completions/chat/completions',
    '/api/paas/v4/chat/completions',
  ])('is found in %s', (path) => {
    expect(routeAtEnd(path, find)).toBe('/v1/chat/completions')
  })
  test.each([
    '/v1/chat/completion',
    '/',
    '',
    '/chat/completions/x',
    `${'/a'.repeat(20)}/chat/completions`,
  ])('is not in %j', (path) => {
    expect(routeAtEnd(path, find)).toBeNull()
  })
  test('is not looked for in a path without end', () => {
    let asked = 0
    const counting = () => {
      asked++
      return null
    }
    routeAtEnd('/'.repeat(16_000), counting)
    routeAtEnd('/'.repeat(400), counting)
    expect(asked).toBeLessThanOrEqual(10)
  })
})

describe('dot segments', () => {
  test.each([
    '/v1/models/..',
    '/v1/models/../files',
    '/v1/models/%2e%2e',
    '/v1/models/..%2Ffiles',
    '/v1/models/%2E./x',
    '/v1/models/a%2f..%2f..%2forganization',
    '/v1/models/..%5cfiles',
    '/v1/models/%252e%252e%252ffiles',
    '/v1/./models',
  ])('%s is refused', (path) => {
    expect(hasDotSegment(path)).toBe(true)
  })
  test.each(['/v1/models/gpt-3.5', '/v1/models/...', '/v1/models/a..b', '/v1/models/%2e%2e.x'])(
    '%s passes',
    (path) => {
      expect(hasDotSegment(path)).toBe(false)
    },
  )
})
