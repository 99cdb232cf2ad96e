/** A proxy key by example. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { displayPrefix, isWellFormedProxyKey, mintProxyKey } from './proxy-key.ts'

describe('a proxy key', () => {
  const bytes = fc.uint8Array({ minLength: 96, maxLength: 96, max: 247 })
  test('is well formed as minted, and no longer with any one character changed', () => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.constantFrom(...'0aZ-_'), (random, place, character) => {
        const minted = mintProxyKey(random)
        expect(minted).toMatch(/^sk-proxy-[0-9A-Za-z]{38}$/)
        expect(isWellFormedProxyKey(minted)).toBe(true)
        const at = place % minted.length
        const changed = minted.slice(0, at) + character + minted.slice(at + 1)
        expect(isWellFormedProxyKey(changed)).toBe(changed === minted)
      }),
    )
  })

  test('shows only its beginning', () => {
    expect(displayPrefix(mintProxyKey(new Uint8Array(64)))).toBe('sk-proxy-000000')
  })

  test.each(['', 'sk-proxy-', "sk-proxy-' OR 1=1 --", `sk-proxy-${'a'.repeat(38)}`, 'sk-proxy-é'])(
    '%j is refused without a look-up',
    (text) => {
      expect(isWellFormedProxyKey(text)).toBe(false)
    },
  )
})
