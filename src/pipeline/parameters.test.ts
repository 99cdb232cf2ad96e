/** Parameters of a model for clients of each format, whatever format its upstream speaks. */
import { describe, expect, test } from 'bun:test'
import { modelOf, modelTarget, upstreamKey } from '../../test/support/in-process/entities.ts'
import { inProcess } from '../../test/support/in-process/gateway.ts'
import type { Json, SpokenFormat } from '../../test/support/spoken/format.ts'
import { SPOKEN, spokenAt } from '../../test/support/spoken/index.ts'
import { storyteller } from '../../test/support/spoken/storyteller.ts'
import type { ModelParameters } from '../core/entities.ts'
import type { ProviderName } from '../core/providers/providers.ts'

interface Given {
  client: SpokenFormat
  provider: ProviderName
}

async function sent(
  { client, provider }: Given,
  given: Partial<ModelParameters>,
  more: object = {},
) {
  const parameters = { default: {}, set: {}, drop: [], ...given }
  const gateway = await inProcess(
    (request) => {
      const format = spokenAt(request.url)
      const answer = storyteller('Hello').answer(format, JSON.parse(String(request.body)))
      return { body: JSON.stringify(answer === null ? {} : format.whole(answer)) }
    },
    {
      upstreams: [upstreamKey(1, { provider })],
      models: [modelOf([modelTarget(1)], { parameters })],
    },
  )
  const { protocol, endpoint } = client
  const question = { ...client.question('fast', false), model: 'fast', ...more }
  const { status, text } = await gateway.ask(question, { protocol, endpoint })
  expect([status, status === 200 ? '' : text]).toEqual([200, ''])
  const [request] = gateway.transport.sent
  return {
    body: JSON.parse(String(request?.body)) as Json,
    wire: spokenAt(request?.url ?? '').name,
  }
}

/** Where each format has them. */
const READS: Readonly<Record<SpokenFormat['name'], (body: Json) => object>> = {
  chat: ({ max_tokens, max_completion_tokens, temperature, top_p }) => ({
    most: max_tokens ?? max_completion_tokens,
    ...{ temperature, top_p },
  }),
  responses: ({ max_output_tokens: most, temperature, top_p }) => ({ most, temperature, top_p }),
  messages: ({ max_tokens: most, temperature, top_p }) => ({ most, temperature, top_p }),
  gemini: ({ generationConfig: { maxOutputTokens: most, temperature, topP: top_p } }) => ({
    ...{ most, temperature, top_p },
  }),
}

/** The same wishes in the client's own fields. */
const WISHES: Readonly<Record<SpokenFormat['name'], object>> = {
  chat: { max_tokens: 5000, temperature: 1, top_p: 0.1 },
  responses: { max_output_tokens: 5000, temperature: 1, top_p: 0.1 },
  messages: { max_tokens: 5000, temperature: 1, top_p: 0.1 },
  gemini: { generationConfig: { maxOutputTokens: 5000, temperature: 1, topP: 0.1 } },
}

const CASES = SPOKEN.flatMap((client) =>
  (['compatible', 'openai', 'anthropic', 'gemini'] as const).map((provider) => ({
    ...{ client, provider, dialect: client.name },
  })),
)

describe.each(CASES)('a client of $dialect, at an upstream of $provider', (given) => {
  const { name } = given.client

  test('gets what is set, a bound, and nothing that is dropped', async () => {
    const parameters = { set: { temperature: 0.5, 'max_tokens<': 77 }, drop: ['top_p'] }
    const { body, wire } = await sent(given, parameters, WISHES[name])
    expect(READS[wire](body)).toEqual({ most: 77, temperature: 0.5, top_p: undefined })
    expect(body.max_tokens !== undefined && body.max_completion_tokens !== undefined).toBe(false)
  })

  test('gets a default only if it sets nothing itself', async () => {
    const parameters = { default: { max_tokens: 77, temperature: 0.5, top_p: 0.9 } }
    const spoken = await sent(given, parameters, WISHES[name])
    expect(READS[spoken.wire](spoken.body)).toMatchObject({ most: 5000, temperature: 1 })
    const unspoken = await sent(given, parameters, name === 'messages' ? { max_tokens: 77 } : {})
    expect(READS[unspoken.wire](unspoken.body)).toMatchObject({ most: 77, temperature: 0.5 })
  })
})

describe('a parameter', () => {
  const [chat, responses, messages, gemini] = SPOKEN as [
    ...[SpokenFormat, SpokenFormat, SpokenFormat, SpokenFormat],
  ]

  test('that a format lacks is not added to it', async () => {
    for (const [client, provider] of [
      [responses, 'openai'],
      [messages, 'anthropic'],
      [gemini, 'gemini'],
    ] as const) {
      const { body } = await sent({ client, provider }, { set: { logit_bias: { 1: 2 } } })
      expect(JSON.stringify(body)).not.toContain('logit_bias')
    }
  })

  test('with one value is a list where the format has lists', async () => {
    const set = { stop: 'END' }
    const own = await sent({ client: messages, provider: 'anthropic' }, { set })
    expect(own.body.stop_sequences).toEqual(['END'])
    const google = await sent({ client: gemini, provider: 'gemini' }, { set })
    expect(google.body.generationConfig.stopSequences).toEqual(['END'])
  })

  test('under its newer name replaces the older one', async () => {
    const given = { client: chat, provider: 'compatible' } as const
    const { body } = await sent(
      given,
      { drop: ['max_tokens'], default: { max_completion_tokens: 9 } },
      { max_tokens: 5 },
    )
    expect([body.max_tokens, body.max_completion_tokens]).toEqual([undefined, 9])
    const newer = await sent(given, { default: { max_tokens: 9 } }, { max_completion_tokens: 5 })
    expect([newer.body.max_tokens, newer.body.max_completion_tokens]).toEqual([undefined, 5])
  })

  test('within its bound stays', async () => {
    const given = { client: chat, provider: 'compatible' } as const
    const set = { 'max_tokens<': 77 }
    expect((await sent(given, { set }, { max_tokens: 5 })).body.max_tokens).toBe(5)
    expect((await sent(given, { set })).body.max_tokens).toBe(77)
  })

  test.each([
    ['generationConfig.maxOutputTokens', 77, { most: 77 }],
    ['max_output_tokens', 77, { most: 77 }],
    ['generationConfig.topP', 0.5, { top_p: 0.5 }],
  ])('by the name %s of another format is the same for all', async (name, value, expected) => {
    for (const client of SPOKEN) {
      const { body, wire } = await sent(
        { client, provider: client.provider },
        { set: { [name]: value } },
      )
      expect(READS[wire](body)).toMatchObject(expected)
      if (wire !== 'gemini') expect(JSON.stringify(body)).not.toContain('generationConfig')
    }
  })

  test.each([
    [chat, 'compatible', { reasoning_effort: 'low' }],
    [responses, 'openai', { reasoning: { effort: 'low' } }],
    [messages, 'anthropic', { output_config: { effort: 'low' } }],
  ] as const)(
    'of reasoning is where each format has it (%#)',
    async (client, provider, expected) => {
      for (const name of ['reasoning.effort', 'reasoning_effort']) {
        const { body } = await sent({ client, provider }, { set: { [name]: 'low' } })
        expect(body).toMatchObject(expected)
      }
    },
  )

  test('within a larger value is put there, and its bound makes up no such value', async () => {
    const given = { client: chat, provider: 'compatible' } as const
    const set = { 'chat_template_kwargs.enable_thinking': false, 'thinking.budget_tokens<': 2000 }
    const own = await sent(given, { set })
    expect(own.body).toMatchObject({ chat_template_kwargs: { enable_thinking: false } })
    expect(own.body.thinking).toBeUndefined()
    const thinking = { type: 'enabled', budget_tokens: 9000 }
    const claude = { client: messages, provider: 'anthropic' } as const
    const bounded = await sent(claude, { set }, { thinking, max_tokens: 10_000 })
    expect(bounded.body.thinking).toEqual({ type: 'enabled', budget_tokens: 2000 })
    expect((await sent(claude, { set })).body.thinking).toBeUndefined()
    const google = { generationConfig: { thinkingConfig: { thinkingBudget: 9000 } } }
    const gem = await sent({ client: gemini, provider: 'gemini' }, { set }, google)
    expect(gem.body.generationConfig.thinkingConfig).toEqual({ thinkingBudget: 2000 })
  })

  test('of a name that no list has is a field of the request', async () => {
    const { body } = await sent(
      { client: messages, provider: 'anthropic' },
      { set: { thinking: { type: 'disabled' } } },
    )
    expect(body.thinking).toEqual({ type: 'disabled' })
  })
})
