/** Upstream keys at rest: what decrypts an encrypted secret, and that nothing else does. */
import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createVault, keyId } from '../../../src/adapters/vault/aes-vault.ts'
import { SEALED_COLUMNS, type SecretBinding } from '../../../src/upstreams/vault.ts'

const key = (byte: number) => new Uint8Array(32).map((_, index) => (index * 7 + byte) & 255)
const vault = createVault({ active: key(1), old: [] })
const binding: SecretBinding = {
  table: 'upstream_keys',
  row: 3,
  column: 'encrypted_key',
  baseUrl: 'https://api.openai.com/v1',
}

const anyBinding = fc.record({
  table: fc.constantFrom(...SEALED_COLUMNS.map(({ table }) => table)),
  row: fc.integer({ min: 1 }),
  column: fc.constantFrom(...SEALED_COLUMNS.map(({ boundAs }) => boundAs)),
  baseUrl: fc.string(),
})

test('any secret opens under the binding it was sealed for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), anyBinding, (secret, bound) => {
      expect(vault.open(vault.seal(secret, bound), bound)).toEqual({ ok: true, secret })
    }),
  )
})

test('a sealed secret has its documented form, never shows the secret and is never the same twice', () => {
  const sealed = vault.seal('sk-very-secret', binding)
  expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]+$/)
  expect(sealed.split('.')[1]).toBe(vault.activeKeyId)
  expect(Buffer.from(sealed.split('.')[3] ?? '', 'base64url').toString('latin1')).not.toContain(
    'secret',
  )
  expect(vault.seal('sk-very-secret', binding)).not.toBe(sealed)
})

test('any other character at any place makes it unreadable', () => {
  const sealed = vault.seal('sk-very-secret-key-0', binding)
  const place = fc.nat({ max: sealed.length - 1 })
  const anyChange = fc.tuple(place, fc.string({ minLength: 1, maxLength: 1 }))
  fc.assert(
    fc.property(anyChange, ([at, character]) => {
      fc.pre(sealed[at] !== character)
      const changed = sealed.slice(0, at) + character + sealed.slice(at + 1)
      expect(vault.open(changed, binding).ok).toBe(false)
    }),
    { numRuns: 2000 },
  )
})

test('every single-bit change of nonce, ciphertext or tag makes it unreadable', () => {
  const [version, id, nonce = '', body = ''] = vault.seal('sk-very-secret', binding).split('.')
  const flipped = (text: string, bit: number) => {
    const bytes = Buffer.from(text, 'base64url')
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    return bytes.toString('base64url')
  }
  for (let bit = 0; bit < Buffer.from(nonce, 'base64url').length * 8; bit++) {
    expect(vault.open([version, id, flipped(nonce, bit), body].join('.'), binding).ok).toBe(false)
  }
  for (let bit = 0; bit < Buffer.from(body, 'base64url').length * 8; bit++) {
    expect(vault.open([version, id, nonce, flipped(body, bit)].join('.'), binding).ok).toBe(false)
  }
})

test('a cut or lengthened ciphertext is unreadable', () => {
  const sealed = vault.seal('sk-very-secret', binding)
  for (let length = 0; length < sealed.length; length++) {
    expect(vault.open(sealed.slice(0, length), binding).ok).toBe(false)
  }
  for (const tail of ['A', '=', '\n', '.', 'AAAA'])
    expect(vault.open(sealed + tail, binding).ok).toBe(false)
})

test('any other binding makes it unreadable', () => {
  fc.assert(
    fc.property(anyBinding, anyBinding, (bound, other) => {
      fc.pre(JSON.stringify(bound) !== JSON.stringify(other))
      expect(vault.open(vault.seal('sk-very-secret', bound), other).ok).toBe(false)
    }),
  )
  const sealed = vault.seal('sk-very-secret', binding)
  for (const change of [
    { row: 4 },
    { table: 'user_credentials' as const },
    { column: 'totp_secret' as const },
    { baseUrl: 'https://evil.test/v1' },
  ]) {
    expect(vault.open(sealed, { ...binding, ...change }).ok).toBe(false)
  }
})

test('an old key decrypts its secrets; new secrets are encrypted with the active key', () => {
  const sealedThen = vault.seal('sk-very-secret', binding)
  const rotated = createVault({ active: key(2), old: [key(1)] })
  expect(rotated.open(sealedThen, binding)).toEqual({ ok: true, secret: 'sk-very-secret' })
  expect(rotated.activeKeyId).toBe(keyId(key(2)))
  expect(rotated.seal('x', binding).split('.')[1]).toBe(rotated.activeKeyId)
})

test('the reason names the row, the key id and the remedy, and never the secret or the ciphertext', () => {
  const sealed = vault.seal('sk-very-secret', binding)
  const wrongKey = createVault({ active: key(2), old: [] }).open(sealed, binding)
  const moved = vault.open(sealed, { ...binding, row: 4 })
  const garbage = vault.open('sk-plain-text-by-mistake', binding)
  if (wrongKey.ok || moved.ok || garbage.ok) throw new Error('it opened')
  expect(wrongKey.reason).toStartWith('Failed to decrypt key: Invalid token (upstream_keys row 3,')
  expect(wrongKey.reason).toContain(`add it to ENCRYPTION_KEYS_OLD`)
  expect(wrongKey.reason).toContain(vault.activeKeyId)
  expect(moved.reason).toStartWith('Failed to decrypt key: Invalid token (upstream_keys row 4,')
  expect(moved.reason).toContain('enter the upstream key again')
  expect(garbage.reason).not.toContain('plain-text')
  expect(moved.reason).not.toContain(sealed.split('.')[3] ?? sealed)
})
