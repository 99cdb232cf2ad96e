/** What the list of models says of each, from the operator, the vendor or the published prices. */
import { describe, expect, test } from 'bun:test'
import { modelOf, modelTarget, upstreamKey } from '../../../test/support/in-process/entities.ts'
import { scriptedTransport } from '../../../test/support/in-process/scripted-transport.ts'
import { testServices } from '../../../test/support/in-process/services.ts'
import type { ModelDefinition, UpstreamKey } from '../../core/entities.ts'
import type { ModelEntry } from '../../protocols/protocol.ts'
import type { PublishedModel } from '../../usage/price-catalogue.ts'
import { createModelList } from './model-list.ts'

const RATES = {
  input: { base: 1.25, tiers: [{ start: 200_000, price: 2.5 }] },
  output: 10,
  cached: 0.125,
  reasoning: null,
  audioInput: null,
  audioOutput: null,
}
const GPT: PublishedModel = {
  name: 'GPT-5.1',
  owner: 'openai',
  contextWindow: 400_000,
  rates: RATES,
}

interface Given {
  upstreams: readonly UpstreamKey[]
  models?: readonly ModelDefinition[]
  /** What the vendors list. */
  listed?: ModelEntry[]
  own?: Record<string, number>
}

async function listOf({ upstreams, models = [], listed = [], own = {} }: Given) {
  const { services } = await testServices({
    transport: scriptedTransport(() => ({})),
    upstreams,
    models,
    services: {
      prices: {
        ratesOf: () => null,
        publishedOf: (_, model) => (model === 'gpt-5.1' ? GPT : null),
        load: async () => {},
      },
      modelLists: { list: async () => ({ object: 'list', data: listed }), mayServe: () => true },
    },
  })
  const ownPrice = (model: string) =>
    own[model] === undefined ? null : { ...RATES, input: own[model], output: own[model] }
  const directory = { ...services.directory, ownPrice }
  const list = createModelList({ ...services, directory })
  const { data } = await list.list()
  return { list, byId: Object.fromEntries(data.map((entry) => [entry.id, entry])) }
}

const named = (models: string[], more: Partial<UpstreamKey> = {}) =>
  upstreamKey(1, { provider: 'openai', models, ...more })

describe('a model that an operator named', () => {
  test('has its maker, its window, what it reads and its published price', async () => {
    const { byId, list } = await listOf({ upstreams: [named(['gpt-5.1'])] })
    const described = {
      id: 'gpt-5.1',
      object: 'model',
      owned_by: 'openai',
      display_name: 'GPT-5.1',
      context_window: 400_000,
      max_output_tokens: 128_000,
      input_modalities: ['text', 'image', 'file'],
      output_modalities: ['text'],
      pricing: { prompt: '0.00000125', completion: '0.00001', input_cache_read: '0.000000125' },
    }
    expect(byId['gpt-5.1']).toMatchObject(described)
    expect(await list.find('gpt-5.1')).toMatchObject(described)
  })

  test('is known by its name at the upstream', async () => {
    const { byId } = await listOf({
      upstreams: [named(['fast'], { deployments: { fast: 'gpt-5.1' } })],
    })
    expect(byId.fast).toMatchObject({ id: 'fast', context_window: 400_000 })
  })

  test('has no field whose value is unknown', async () => {
    const { byId } = await listOf({
      upstreams: [upstreamKey(1, { models: ['house-model'] })],
    })
    expect(byId['house-model']).toEqual({
      id: 'house-model',
      object: 'model',
      created: 0,
      owned_by: 'compatible',
    })
  })
})

describe('a model that a vendor lists', () => {
  const any = upstreamKey(1, { models: null })

  test('keeps the vendor’s own words, and its window under one name', async () => {
    const listed = [
      { id: 'gpt-5.1', owned_by: 'system', created: 7, pricing: { prompt: '1' } },
      { id: 'a', context_length: 1_000 },
      { id: 'b', max_model_len: 2_000, architecture: { input_modalities: ['text', 'audio'] } },
    ]
    const { byId } = await listOf({ upstreams: [any], listed })
    expect(byId['gpt-5.1']).toMatchObject({
      owned_by: 'system',
      created: 7,
      pricing: { prompt: '1' },
    })
    expect(byId.a).toMatchObject({ context_window: 1_000 })
    expect(byId.b).toMatchObject({ context_window: 2_000, input_modalities: ['text', 'audio'] })
  })

  test('costs what the operator charges for it', async () => {
    const listed = [{ id: 'gpt-5.1', pricing: { prompt: '1' } }]
    const { byId } = await listOf({ upstreams: [any], listed, own: { 'gpt-5.1': 3 } })
    expect(byId['gpt-5.1']?.pricing).toMatchObject({ prompt: '0.000003', completion: '0.000003' })
  })

  test('that answers no conversation reads nothing like one', async () => {
    const listed = [{ id: 'gpt-4o-mini-tts' }, { id: 'text-embedding-3-small' }]
    const { byId } = await listOf({ upstreams: [any], listed })
    for (const { id } of listed) expect(byId[id]?.input_modalities).toBeUndefined()
  })
})

test('a model that an operator defined has the largest window of its targets', async () => {
  const targets = [
    modelTarget(1, { model: 'gpt-5.1', contextTokens: 100_000 }),
    modelTarget(1, { model: 'gpt-5.1', contextTokens: 300_000 }),
  ]
  const { byId } = await listOf({
    upstreams: [named(['gpt-5.1'])],
    models: [modelOf(targets, { name: 'house' })],
  })
  expect(byId.house).toMatchObject({ owned_by: 'gpt-proxy', context_window: 300_000 })
})

test('models of several vendors are one list, each once', async () => {
  const { byId } = await listOf({
    upstreams: [
      named(['gpt-5.1']),
      upstreamKey(2, { provider: 'anthropic', models: ['claude-opus-4-8'] }),
    ],
  })
  expect(Object.values(byId).map(({ id, owned_by }) => [id, owned_by])).toEqual([
    ['gpt-5.1', 'openai'],
    ['claude-opus-4-8', 'anthropic'],
  ])
})
