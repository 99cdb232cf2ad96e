/** Redaction by example. */
import { describe, expect, test } from 'bun:test'
import { echoForms, holdsForm, isSecret, redact, secretForms } from './redact.ts'

describe('redaction', () => {
  // Scanned again from each backslash, this would take hours.
  test('reads a million backslashes once', () => {
    const written = `\\/${'\\'.repeat(1_000_000)}x${'\\'.repeat(1_000_000)}u0041`
    expect(holdsForm(written, secretForms('kx+/plain-secret-0123456789'))).toBe(false)
    expect(redact(written, [])).toBe(written)
  })

  test('takes out a secret in every form, whole or by half', () => {
    const secret = 'kx+/plain-secret-0123456789'
    for (const form of secretForms(secret)) {
      expect(redact(`a ${form} b`, secretForms(secret))).not.toContain(form)
    }
    expect(redact(`it was ${secret.slice(0, 20)}…`, secretForms(secret))).not.toContain(
      secret.slice(0, 14),
    )
  })

  const KEY = 'sk-test/Ab+cd-0123456789'
  const unicode = [...KEY].map((sign) => `\\u00${sign.charCodeAt(0).toString(16)}`).join('')
  test.each([
    ['as it is', KEY],
    ['every character escaped', unicode],
    ['escaped in capitals', unicode.replace(/[0-9a-f]{2}(?=\\|$)/g, (hex) => hex.toUpperCase())],
    ['its slash escaped', KEY.replace('/', '\\/')],
    ['in JSON that is a text in JSON', JSON.stringify(unicode).slice(1, -1)],
  ])('finds a key in JSON %s, and what is left is JSON', (_, written) => {
    const json = `{"a":"quoted \\"x\\u0022, \\\\ and \\u005c","key":"${written}"}`
    expect(holdsForm(json, secretForms(KEY))).toBe(true)
    const clean = redact(json, secretForms(KEY))
    expect(JSON.parse(clean)).toEqual({ a: 'quoted "x", \\ and \\', key: '[redacted]' })
  })

  test('leaves escapes unchanged if no key follows them', () => {
    const json = '{"a":"\\u0041 \\/ \\u4f60"}'
    expect(holdsForm(json, secretForms(KEY))).toBe(false)
    expect(redact(json, secretForms(KEY))).toBe(json)
  })

  test('masks anything that looks like a key', () => {
    expect(redact('Incorrect API key provided: sk-proj-abc****wxyz.', [])).not.toContain('wxyz')
  })
})

test.each([
  ['lm-studio', false],
  ['ollama', false],
  ['EMPTY', false],
  ['not-needed', false],
  ['sk-no-key-required', false],
  ['token-abc123', false],
  ['sk-1234', false],
  ['placeholder', false],
  ['12345678', false],
  ['hunter2secret', true],
  ['sk-proj-Ab3dEf9h', true],
  ['0123456789abcdef0123456789abcdef', true],
  ['aBcDeFgHiJ', true],
  ['abcdefghijklmnopqrst', true],
  ['correct-horse-battery-staple', true],
])('the key %s is a secret: %p', (key, expected) => {
  expect(isSecret(key)).toBe(expected)
})

test('a common word used as a key is not redacted', () => {
  expect(redact('Start lm-studio first.', secretForms('lm-studio'))).toBe('Start lm-studio first.')
  expect(echoForms('lm-studio')).toEqual([])
})
