/** Fixed headers of an upstream: which are accepted, and what is shown of them. */
import { describe, expect, test } from 'bun:test'
import {
  MASKED,
  readFixedHeaders,
  secretHeaderValues,
  shownHeaders,
  unmaskedHeaders,
} from './fixed-headers.ts'

describe('fixed headers', () => {
  test('are stored with names in lower case; none are null', () => {
    expect(readFixedHeaders({ 'OpenAI-Organization': 'org-1', 'X-Title': 'a b' })).toEqual({
      ok: true,
      headers: { 'openai-organization': 'org-1', 'x-title': 'a b' },
    })
    for (const none of [null, {}])
      expect(readFixedHeaders(none)).toEqual({ ok: true, headers: null })
  })

  test.each([
    ...['Host', 'Content-Length', 'Transfer-Encoding', 'Connection', 'TE', 'Upgrade', 'Expect'],
    ...['Authorization', 'api-key', 'X-Api-Key', 'x-goog-api-key', 'Proxy-Authorization'],
    ...['Content-Type', 'Accept-Encoding'],
  ])('%s is the gateway’s own', (name) => {
    expect(readFixedHeaders({ [name]: '1' })).toMatchObject({ ok: false, problem: 'reserved' })
  })

  test.each(['', 'a b', 'a:b', 'ä', 'a\r\nb', 'x'.repeat(101)])(
    '%j is not a valid name',
    (name) => {
      expect(readFixedHeaders({ [name]: '1' })).toMatchObject({ ok: false, problem: 'name' })
    },
  )

  test.each(['', ' ', 'a\r\nhost: b', 'a\0', 'ä', ' a', 'x'.repeat(3000)])(
    '%j is not a valid value',
    (value) => {
      expect(readFixedHeaders({ 'x-a': value })).toMatchObject({ ok: false, problem: 'value' })
    },
  )

  test('are bounded in number', () => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`x-${at}`, '1']))
    expect(readFixedHeaders(many)).toMatchObject({ ok: false, problem: 'count' })
  })
})

const HEADERS = {
  'x-title': 'Team',
  'x-access-token': 'abc',
  'x-other': 'sk-abcdefghijklmnop',
  'cf-aig': 'Bearer abcdefgh',
}

test('what may be a secret is masked where headers are shown, and redacted where they are echoed', () => {
  expect(shownHeaders(HEADERS)).toEqual({
    'x-title': 'Team',
    'x-access-token': MASKED,
    'x-other': MASKED,
    'cf-aig': MASKED,
  })
  expect(secretHeaderValues(HEADERS)).toEqual(['abc', 'sk-abcdefghijklmnop', 'Bearer abcdefgh'])
  expect(shownHeaders(null)).toBeNull()
})

test('a masked value keeps the one that is stored', () => {
  const given = { 'X-Access-Token': MASKED, 'x-title': 'New', 'x-new-token': MASKED }
  expect(unmaskedHeaders(given, HEADERS)).toEqual({
    'X-Access-Token': 'abc',
    'x-title': 'New',
    'x-new-token': MASKED,
  })
  expect(unmaskedHeaders(null, HEADERS)).toBeNull()
})
