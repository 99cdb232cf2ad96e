/** Routing by example. */
import { describe, expect, test } from 'bun:test'
import type { UpstreamKey } from '../core/entities.ts'
import { chooseKey, servesModel, upstreamModelName } from './choose-key.ts'
import { allowsModel } from './model-names.ts'

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
