/** Finding a route by its path. */
import { describe, expect, test } from 'bun:test'
import { createRouter, decodedOr } from './router.ts'

const router = createRouter(
  ['GET /a', 'GET /a/{id}', 'POST /a/{id}/b/{other}', 'GET /m/{model*}', 'GET /a/special'].map(
    (line) => {
      const [method = '', path = ''] = line.split(' ')
      return { method, path, value: { line } }
    },
  ),
)
const found = (method: string, path: string) => {
  const match = router.match(method, path)
  return match === null ? null : [match.value.line, match.params]
}

describe('router', () => {
  test('finds a route by its path and its method', () => {
    expect(found('GET', '/a')).toEqual(['GET /a', {}])
    expect(found('POST', '/a')).toBeNull()
    expect(found('GET', '/b')).toBeNull()
    expect(router.exact('GET', '/a')?.line).toBe('GET /a')
    expect(router.exact('GET', '/a/1')).toBeNull()
  })
  test('matches exactly one segment for a parameter', () => {
    expect(found('GET', '/a/1')).toEqual(['GET /a/{id}', { id: '1' }])
    expect(found('GET', '/a/')).toBeNull()
    expect(found('GET', '/a/1/2')).toBeNull()
    expect(found('POST', '/a/1/b/2')).toEqual(['POST /a/{id}/b/{other}', { id: '1', other: '2' }])
  })
  test('prefers a literal segment to a parameter', () => {
    expect(found('GET', '/a/special')).toEqual(['GET /a/special', {}])
  })
  test('matches any number of segments for a rest parameter', () => {
    expect(found('GET', '/m/deepseek-ai/V3:free')?.[1]).toEqual({ model: 'deepseek-ai/V3:free' })
    expect(found('GET', '/m/')).toBeNull()
  })
  test('leaves percent-encoding to the reader of a parameter', () => {
    const match = router.match('GET', '/a/x%2Fy')
    expect(match?.params).toEqual({ id: 'x%2Fy' })
    expect(decodedOr(match?.params.id ?? '')).toBe('x/y')
    expect(decodedOr('%zz')).toBe('%zz')
  })
})
