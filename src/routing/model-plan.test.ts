/** Models that an operator defined: their targets, their parameters, and what a client may narrow. */
import { describe, expect, test } from 'bun:test'
import { modelOf, modelTarget, upstreamKey } from '../../test/support/in-process/entities.ts'
import type { ModelDefinition, ModelTarget, UpstreamKey } from '../core/entities.ts'
import { readClientLimits } from './client-limits.ts'
import { explainRoute, type KnownRequest } from './explain.ts'
import { planOfModel } from './model-plan.ts'
import { withParameters } from './parameters.ts'

const key = (id: number, name: string, more: Partial<UpstreamKey> = {}) =>
  upstreamKey(id, { name, provider: 'openai', baseUrl: 'https://one/v1', models: null, ...more })
const target = (model: string, upstream: string | null, more: Partial<ModelTarget> = {}) =>
  modelTarget(1, { upstream, model, priority: 0, ...more })
const definition = (...targets: ModelTarget[]) => modelOf(targets)
const KEYS = [
  key(1, 'openai-1'),
  key(2, 'openai-2', { baseUrl: 'https://two/v1', weight: 3 }),
  key(3, 'eu', { provider: 'azure', deployments: { 'gpt-4o': 'dep' }, baseUrl: 'https://eu' }),
  key(4, 'local', { provider: 'compatible', models: ['llama3'], baseUrl: 'https://local' }),
]
const planned = (...targets: ModelTarget[]) =>
  planOfModel(
    definition(...targets),
    KEYS.map((one) => ({ key: one })),
  ).map(({ model, keys, priority, weight }) => [
    model,
    keys.map((one) => one.key.name).join(' '),
    priority,
    weight,
  ])

describe('the targets of a model', () => {
  test('mean keys by name, by a pattern of names, or by their provider', () => {
    expect(planned(target('x', 'openai-1'))).toEqual([['x', 'openai-1', 0, null]])
    expect(planned(target('x', 'openai*'))).toHaveLength(2)
    expect(planned(target('gpt-4o', 'azure'))).toEqual([['dep', 'eu', 0, null]])
  })

  test('leave out keys that do not serve the model, and are left out if none does', () => {
    expect(planned(target('gpt-4o', 'local'), target('llama3', 'local', { priority: 1 }))).toEqual([
      ['llama3', 'local', 1, null],
    ])
  })

  test('without a key go to the most specific keys, so that a model can rename another', () => {
    expect(planned(target('llama3', null))).toEqual([['llama3', 'local', 0, null]])
    expect(planned(target('gpt-4o', null))).toEqual([['dep', 'eu', 0, null]])
  })

  test('at several hosts share the weight by the weights of their keys', () => {
    expect(planned(target('x', 'openai*', { weight: 8 }))).toEqual([
      ['x', 'openai-1', 0, 2],
      ['x', 'openai-2', 0, 6],
    ])
  })
})

describe('parameters', () => {
  const parameters = { default: { temperature: 0 }, set: { seed: 7 }, drop: ['logit_bias'] }

  test('are added, set and taken out', () => {
    const body = { model: 'fast', temperature: 1, seed: 1, logit_bias: {} }
    expect(withParameters(body, parameters)).toEqual({ model: 'fast', temperature: 1, seed: 7 })
    expect(withParameters({ temperature: null }, parameters)).toEqual({ temperature: 0, seed: 7 })
  })

  test('change nothing in a request that has them already, so that its bytes stay', () => {
    expect(withParameters({ temperature: 1, seed: 7 }, parameters)).toBeNull()
  })
})

describe('a client', () => {
  const read = (headers: Record<string, string>) =>
    readClientLimits({ get: (name) => headers[name] ?? null }, (message) => new Error(message))

  test('may rule out fallback, limit the time and name a target', () => {
    expect(
      read({
        'x-gpt-proxy-no-fallback': 'true',
        'x-gpt-proxy-timeout-ms': '1500',
        'x-gpt-proxy-target': 'eu',
      }),
    ).toEqual({ noFallback: true, timeoutMs: 1500, target: 'eu' })
    expect(read({})).toEqual({ noFallback: false, timeoutMs: null, target: null })
  })

  test.each([
    ['x-gpt-proxy-no-fallback', 'maybe'],
    ['x-gpt-proxy-timeout-ms', '0'],
    ['x-gpt-proxy-timeout-ms', '1e3'],
    ['x-gpt-proxy-timeout-ms', '-5'],
  ])('is told what is wrong with %s: %s', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(name)
  })
})

const FACTS: KnownRequest['facts'] = {
  tags: ['premium'],
  promptTokens: () => 5000,
  features: () => new Set(['tools' as const]),
  header: () => null,
}

describe('explained', () => {
  const explain = (
    model: string,
    of: ModelDefinition | null = null,
    request: Partial<KnownRequest> = {},
  ) =>
    explainRoute(model, {
      request: { facts: FACTS, knows: new Set(), isAllowed: true, ...request },
      orderBy: (plan) => plan,
      definition: of,
      keys: KEYS,
      states: [
        {
          upstreamKeyId: 4,
          model: 'llama3',
          status: 'limited',
          failureCount: 0,
          untilMs: 60_000,
          lastError: 'status 429',
        },
      ],
      nowMs: 0,
    }).map(({ upstream, verdict }) => `${upstream}: ${verdict}`)

  test('a route names the keys that win, and why the others do not', () => {
    expect(explain('llama3')).toEqual([
      'local: not tried, limited until 1970-01-01T00:01:00.000Z: status 429',
      "openai-1: not tried: it serves any model, and another key has the model's name",
      "openai-2: not tried: it serves any model, and another key has the model's name",
      'eu: does not serve this model',
    ])
  })

  test('the reason is a code too, with the end of a rest', () => {
    const rows = explainRoute('llama3', {
      request: { facts: FACTS, knows: new Set(), isAllowed: true },
      orderBy: (plan) => plan,
      definition: null,
      keys: KEYS,
      states: [
        {
          ...{ upstreamKeyId: 4, model: 'llama3', status: 'limited', failureCount: 0 },
          ...{ untilMs: 60_000, lastError: 'status 429' },
        },
      ],
      nowMs: 0,
    })
    expect(rows.map(({ reason, detail, until }) => [reason, detail, until])).toEqual([
      ['resting', 'status 429', '1970-01-01T00:01:00.000Z'],
      ['less_specific', null, null],
      ['less_specific', null, null],
      ['not_served', null, null],
    ])
  })

  test('conditions decide as far as the request is known', () => {
    const of = definition(
      target('a', 'openai-1', { conditions: ['max-tokens:4000'] }),
      target('b', 'openai-2', { conditions: ['tag:premium', 'feature:tools'] }),
    )
    const verdicts = (knows: KnownRequest['knows']) => explain('fast', of, { knows }).slice(0, 2)
    expect(verdicts(new Set())).toEqual([
      'openai-1: tried, if max-tokens:4000',
      'openai-2: tried, if tag:premium and feature:tools',
    ])
    expect(verdicts(new Set(['key', 'body'] as const))).toEqual([
      'openai-1: not tried: it needs max-tokens:4000',
      'openai-2: tried',
    ])
  })

  test('a mirror is named as one, and a key that does not allow the model stops all', () => {
    const of = definition(target('a', 'openai-1'), target('b', 'openai-2', { mirrorPercent: 5 }))
    expect(explain('fast', of).slice(0, 2)).toEqual([
      'openai-1: tried',
      'openai-2: mirror: it gets a copy of 5 % of the requests',
    ])
    expect(explain('fast', of, { isAllowed: false })[0]).toBe(
      'openai-1: not tried: the proxy key does not allow this model',
    )
  })

  test('a model shows its targets in their order', () => {
    const of = definition(target('llama3', 'local', { priority: 1 }), target('gpt-4o', 'openai-1'))
    expect(explain('fast', of).slice(0, 2)).toEqual([
      'openai-1: tried',
      'local: not tried, limited until 1970-01-01T00:01:00.000Z: status 429',
    ])
  })
})
