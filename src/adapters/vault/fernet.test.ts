/** Fernet tokens, with the specification's own vectors. */
import { describe, expect, test } from 'bun:test'
import { createHash } from 'node:crypto'
import { fernetKeys, openFernet } from './fernet.ts'

/** From verify.json of the specification. */
const KEY = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4='
const TOKEN =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA=='

describe('a Fernet token', () => {
  test('is opened with its key, with or without padding', () => {
    expect(openFernet(TOKEN, fernetKeys(KEY))).toBe('hello')
    expect(openFernet(TOKEN.replaceAll('=', ''), fernetKeys(KEY.replace('=', '')))).toBe('hello')
  })

  test('is not opened with another key, or changed in any place', () => {
    expect(openFernet(TOKEN, fernetKeys(`d${KEY.slice(1)}`))).toBeNull()
    const bytes = Buffer.from(TOKEN, 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] as number) ^ 1
      expect(openFernet(changed.toString('base64url'), fernetKeys(KEY))).toBeNull()
    }
  })

  test.each(['', 'hello', 'sk-proj-123', 'gAAAAA', TOKEN.slice(0, 60)])('%j is none', (text) => {
    expect(openFernet(text, fernetKeys(KEY))).toBeNull()
  })
})

describe('the keys that a configured text may mean', () => {
  const hex = (text: string) => fernetKeys(text).map((key) => key.toString('hex'))
  const digest = (text: string) => createHash('sha256').update(text).digest('hex')

  test('64 hex digits are 32 bytes', () => {
    expect(hex('ab'.repeat(32))).toContain('ab'.repeat(32))
  })

  test('a passphrase is cut or digested', () => {
    const text = 'a passphrase of more than 32 letters'
    expect(hex(text)).toContain(Buffer.from(text.slice(0, 32)).toString('hex'))
    expect(hex(text)).toContain(digest(text))
    expect(hex('short')).toEqual([digest('short')])
  })
})
