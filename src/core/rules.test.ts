/** Small rules by example: routing, model names, failures, usage, redaction, proxy keys. */
import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { displayPrefix, isWellFormedProxyKey, mintProxyKey } from '../access/proxy-key.ts'
import { classifyCode, classifyStatus } from '../protocols/openai/error.ts'
import { readUsage } from '../protocols/openai/usage.ts'
import { chooseKey, servesModel, upstreamModelName } from '../routing/choose-key.ts'
import { allowsModel } from '../routing/model-names.ts'
import type { UpstreamKey } from './entities.ts'
import { holdsForm, redact, secretForms } from './redact.ts'

const key = (more: Partial<UpstreamKey>): UpstreamKey => ({
  id: 1,
  name: 'a',
  provider: 'openai',
  baseUrl: 'https://one/v1',
  encryptedKey: '',
  keyHint: '',
  weight: 1,
  models: null,
  deployments: null,
  apiVersion: null,
  state: {
    status: 'healthy',
    failureCount: 0,
    totalRequests: 0,
    totalErrors: 0,
    cooldownUntilMs: null,
    lastError: null,
  },
  ...more,
})

describe('routing', () => {
  test('a key without a list serves any model, an azure key only its deployments', () => {
    expect(servesModel(key({}), 'gpt-x')).toBe(true)
    expect(servesModel(key({ provider: 'azure' }), 'gpt-x')).toBe(false)
    const azure = key({ provider: 'azure', deployments: { 'gpt-x': 'dep' } })
    expect([servesModel(azure, 'gpt-x'), upstreamModelName(azure, 'gpt-x')]).toEqual([true, 'dep'])
    expect(servesModel(azure, 'constructor')).toBe(false)
  })

  test('choice follows the weights', () => {
    const keys = [key({ id: 1, weight: 1 }), key({ id: 2, weight: 3 }), key({ id: 3, weight: 0 })]
    const chosen = Array.from(
      { length: 1000 },
      (_, index) => chooseKey(keys, null, index / 1000)?.id,
    )
    expect([1, 2, 3].map((id) => chosen.filter((one) => one === id).length)).toEqual([250, 750, 0])
  })

  test('after a failure the next key of the same target comes before the next target', () => {
    const failed = key({ id: 1 })
    const sibling = key({ id: 2, weight: 1 })
    const other = key({ id: 3, baseUrl: 'https://two/v1', weight: 1000 })
    expect(chooseKey([other, sibling], failed, 0.9)?.id).toBe(2)
    expect(chooseKey([other], failed, 0.9)?.id).toBe(3)
  })

  test('a star at the end of a name stands for any rest', () => {
    expect(allowsModel(['gpt-4*'], 'gpt-4o')).toBe(true)
    expect(allowsModel(['gpt-4'], 'gpt-4o')).toBe(false)
    expect(allowsModel([], 'gpt-4o')).toBe(false)
    expect(allowsModel(null, 'gpt-4o')).toBe(true)
  })
})

describe('failures', () => {
  test.each([
    [401, null, 'auth'],
    [403, null, 'auth'],
    [403, 'invalid_request_error', 'auth'],
    [403, 'model_not_found', 'client'],
    [403, 'content_filter', 'client'],
    [401, 'model_not_found', 'auth'],
    [402, null, 'quota'],
    [429, 'insufficient_quota', 'quota'],
    [429, 'rate_limit_exceeded', 'rate'],
    [429, null, 'rate'],
    [400, 'billing_hard_limit_reached', 'client'],
    [404, null, 'client'],
    [408, null, 'server'],
    [500, null, 'server'],
    [529, 'overloaded_error', 'server'],
    [302, null, 'server'],
  ] as const)('status %i with code %p is %s', (status, code, expected) => {
    expect(classifyStatus(status, code)).toBe(expected)
  })

  test('an error event is classified by its code alone', () => {
    expect(
      [
        'rate_limit_exceeded',
        'insufficient_quota',
        'context_length_exceeded',
        'whatever',
        null,
      ].map(classifyCode),
    ).toEqual(['rate', 'quota', 'client', 'server', 'server'])
  })
})

describe('usage', () => {
  test('reads all kinds of tokens', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 4, audio_tokens: 1 },
      completion_tokens_details: { reasoning_tokens: 2, audio_tokens: 1 },
    }
    expect(readUsage(usage)).toEqual({
      promptTokens: 10,
      completionTokens: 5,
      totalTokens: 15,
      cachedTokens: 4,
      reasoningTokens: 2,
      audioTokens: 2,
      audioOutputTokens: 1,
      estimated: false,
    })
  })

  test.each([
    [null],
    [{}],
    [{ prompt_tokens: -1 }],
    [{ prompt_tokens: 1.5 }],
    [{ prompt_tokens: 1e300 }],
    [{ prompt_tokens: '3' }],
    [[]],
  ])('does not believe %j', (usage) => {
    expect(readUsage(usage)).toBeNull()
  })
})

describe('redaction', () => {
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

  test('leaves escapes as they are where no key is behind them', () => {
    const json = '{"a":"\\u0041 \\/ \\u4f60"}'
    expect(holdsForm(json, secretForms(KEY))).toBe(false)
    expect(redact(json, secretForms(KEY))).toBe(json)
  })

  test('masks anything that looks like a key', () => {
    expect(redact('Incorrect API key provided: sk-proj-abc****wxyz.', [])).not.toContain('wxyz')
  })
})

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
