/** Which web pages may call the gateway. */
import { describe, expect, test } from 'bun:test'
import { corsHeaders, preflightHeaders } from './cors.ts'

const from = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] ?? null })
const PAGE = from({ origin: 'https://chat.example' })

describe('CORS', () => {
  test('is off without allowed origins', () => {
    expect(corsHeaders([], PAGE)).toBeNull()
  })
  test('allows an origin that is named, and varies by it', () => {
    const headers = corsHeaders(['https://chat.example'], PAGE)
    expect(headers?.['access-control-allow-origin']).toBe('https://chat.example')
    expect(headers?.vary).toBe('origin')
  })
  test.each([
    'http://chat.example',
    'https://chat.example:8443',
    'https://chat.example.evil',
    'null',
  ])('does not allow %s, which is not named', (origin) => {
    expect(corsHeaders(['https://chat.example'], from({ origin }))).toBeNull()
  })
  test('allows every origin by *, without credentials', () => {
    const headers = corsHeaders(['*'], PAGE)
    expect(headers?.['access-control-allow-origin']).toBe('*')
    expect(headers?.['access-control-allow-credentials']).toBeUndefined()
  })
  test('adds nothing for a request that comes from no page', () => {
    expect(corsHeaders(['*'], from({}))).toBeNull()
  })
  test('a preflight allows the headers that the page names, if they are valid names', () => {
    const names = 'authorization,content-type,x-stainless-lang'
    const allowed = (list: string) =>
      preflightHeaders(from({ 'access-control-request-headers': list }))[
        'access-control-allow-headers'
      ]
    expect(allowed(names)).toBe(names)
    expect(allowed('a: b')).toBe('')
    expect(allowed('a'.repeat(3000))).toBe('')
  })
})
