/** The format that an upstream of OpenAI's language is sent: the client's, the operator's choice, or the one the model needs. */
import { describe, expect, test } from 'bun:test'
import { upstreamKey } from '../../../test/support/in-process/entities.ts'
import { inProcess } from '../../../test/support/in-process/gateway.ts'
import { chat } from '../../../test/support/spoken/chat.ts'
import { SPOKEN, spokenAt } from '../../../test/support/spoken/index.ts'
import { messages } from '../../../test/support/spoken/messages.ts'
import { responses } from '../../../test/support/spoken/responses.ts'
import type { ApiKey, UpstreamKey } from '../../core/entities.ts'
import type { WireRequest } from '../../upstreams/transport.ts'

const MODELS = ['m', 'gpt-5', 'gpt-5-codex', 'o3-pro', 'gpt-5.2-pro-2026-01-01']
const ANSWER = { id: 'resp_1', pieces: ['Hel', 'lo'], usage: { input: 12, output: 3 } }
const NAMED = SPOKEN.map((format) => ({ format, name: format.name }))
const bodyOf = ({ body }: WireRequest) => JSON.parse(String(body))

function answering({ url, body }: WireRequest) {
  const format = spokenAt(url)
  const { stream } = JSON.parse(String(body))
  return {
    body: stream === true ? format.events(ANSWER) : JSON.stringify(format.whole(ANSWER)),
  }
}

function gatewayWith(more: Partial<UpstreamKey>, apiKey: Partial<ApiKey> = {}) {
  return inProcess(answering, { upstreams: [upstreamKey(1, { models: MODELS, ...more })], apiKey })
}

async function urlOf(more: Partial<UpstreamKey>, client: (typeof SPOKEN)[number], model = 'm') {
  const gateway = await gatewayWith(more)
  const { protocol, endpoint } = client
  const question = { model, ...client.question(model, false) }
  expect((await gateway.ask(question, { protocol, endpoint })).status).toBe(200)
  const [sent] = gateway.transport.sent
  return { url: sent?.url ?? '', body: bodyOf(sent as WireRequest) }
}

describe.each(NAMED)('a $name client of an upstream that accepts only Responses', ({ format }) => {
  const { protocol, endpoint } = format
  const upstream = { protocol: 'responses' } as const

  test('gets a whole answer, charged as the upstream counted', async () => {
    const gateway = await gatewayWith(upstream)
    const question = { model: 'm', ...format.question('m', false) }
    const answer = await gateway.ask(question, { protocol, endpoint })
    expect(gateway.transport.sent[0]?.url).toBe('http://up-1.test/v1/responses')
    expect(format.readWhole(answer.json())).toBe('Hello')
    expect(answer.record).toMatchObject({ promptTokens: 12, completionTokens: 3, estimated: false })
  })

  test('gets a sound stream, charged the same', async () => {
    const gateway = await gatewayWith(upstream)
    const question = { model: 'm', stream: true, ...format.question('m', true) }
    const answer = await gateway.ask(question, { protocol, endpoint })
    const read = format.read(answer.text)
    expect(read).toMatchObject({ text: 'Hello', errors: [], flaws: [] })
    expect(read.reasons).toHaveLength(1)
    expect(answer.record).toMatchObject({ promptTokens: 12, completionTokens: 3, estimated: false })
  })

  test('learns in its own form that the prompt is too long', async () => {
    const said = { message: 'Too long', code: 'context_length_exceeded', type: 'x', param: 'input' }
    const gateway = await inProcess(
      () => ({ status: 400, body: JSON.stringify({ error: said }) }),
      {
        upstreams: [upstreamKey(1, { models: MODELS, ...upstream })],
      },
    )
    const question = { model: 'm', ...format.question('m', false) }
    const answer = await gateway.ask(question, { protocol, endpoint })
    expect(answer.status).toBe(400)
    expect(JSON.stringify(answer.json())).toMatch(/too long|context_length_exceeded|Too long/)
  })
})

describe('without a choice of the operator', () => {
  const openai = { provider: 'openai' } as const
  const CHAT = 'http://up-1.test/v1/chat/completions'
  const RESPONSES = 'http://up-1.test/v1/responses'

  test('OpenAI gets the client’s format, and Chat Completions from clients of other formats', async () => {
    expect((await urlOf(openai, chat, 'gpt-5')).url).toBe(CHAT)
    expect((await urlOf(openai, responses, 'gpt-5')).url).toBe(RESPONSES)
    expect((await urlOf(openai, messages, 'gpt-5')).url).toBe(CHAT)
  })

  test.each(['gpt-5-codex', 'o3-pro', 'gpt-5.2-pro-2026-01-01'])(
    'OpenAI gets Responses for %s, which Chat Completions does not serve',
    async (model) => {
      for (const client of [chat, responses, messages])
        expect((await urlOf(openai, client, model)).url).toBe(RESPONSES)
    },
  )

  test('a compatible upstream gets Chat Completions, whatever its models are called', async () => {
    for (const client of SPOKEN) expect((await urlOf({}, client, 'gpt-5-codex')).url).toBe(CHAT)
  })

  test('Azure gets a deployment of such a model in the body, at the address without a version', async () => {
    const azure = {
      provider: 'azure',
      baseUrl: 'https://n.openai.azure.com',
      deployments: { 'gpt-5': 'gpt-5-codex' },
    } as const
    const { url, body } = await urlOf(azure, chat, 'gpt-5')
    expect([url, body.model]).toEqual([
      'https://n.openai.azure.com/openai/v1/responses',
      'gpt-5-codex',
    ])
    const dated = await urlOf({ ...azure, apiVersion: '2025-04-01-preview' }, chat, 'gpt-5')
    expect(dated.url).toBe(
      'https://n.openai.azure.com/openai/responses?api-version=2025-04-01-preview',
    )
  })
})

describe('the operator’s choice', () => {
  const openai = { provider: 'openai' } as const

  test('of Chat Completions applies to Responses clients and to every model', async () => {
    const upstream = { ...openai, protocol: 'chat' } as const
    for (const client of SPOKEN)
      expect((await urlOf(upstream, client, 'gpt-5-codex')).url).toEndWith('/chat/completions')
  })

  test('of Responses lets the bytes of its clients pass', async () => {
    const { url, body } = await urlOf({ protocol: 'responses' }, responses)
    expect(url).toEndWith('/responses')
    expect(body).toEqual(responses.question('m', false))
  })

  test('does not concern embeddings', async () => {
    const vector = { object: 'list', data: [], usage: { prompt_tokens: 2, total_tokens: 2 } }
    const gateway = await inProcess(() => ({ body: JSON.stringify(vector) }), {
      upstreams: [upstreamKey(1, { protocol: 'responses' })],
    })
    const answer = await gateway.ask({ model: 'm', input: 'x' }, { endpoint: 'embeddings' })
    expect(answer.status).toBe(200)
    expect(gateway.transport.sent[0]?.url).toEndWith('/embeddings')
  })

  test("of Responses gets thoughts of earlier turns again, which a chat client can't return", async () => {
    const call = {
      type: 'function_call',
      id: 'fc_1',
      call_id: 'call_1',
      name: 'f',
      arguments: '{}',
    }
    const thought = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAAA' }
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 }
    const first = {
      id: 'r',
      object: 'response',
      status: 'completed',
      output: [thought, call],
      usage,
    }
    const gateway = await inProcess(
      (request, index) => (index === 0 ? { body: JSON.stringify(first) } : answering(request)),
      { upstreams: [upstreamKey(1, { ...openai, protocol: 'responses' })] },
    )
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }]
    const asked = { role: 'user', content: 'Hi' }
    const answer = await gateway.ask({ model: 'm', messages: [asked], tools })
    const { message } = answer.json().choices[0]
    expect(message.tool_calls).toMatchObject([{ id: 'call_1', function: { name: 'f' } }])
    const result = { role: 'tool', tool_call_id: 'call_1', content: 'ok' }
    const history = [asked, { ...message, content: null }, result]
    expect((await gateway.ask({ model: 'm', messages: history, tools })).status).toBe(200)
    const [, again] = gateway.transport.sent.map(bodyOf)
    expect(again.input).toMatchObject([
      { role: 'user' },
      { type: 'reasoning', encrypted_content: 'gAAAA' },
      { type: 'function_call', call_id: 'call_1' },
      { type: 'function_call_output', call_id: 'call_1' },
    ])
  })

  test('is made for each key: another key of the model may be sent the other format', async () => {
    const gateway = await inProcess(
      (request, index) => (index === 0 ? { status: 500 } : answering(request)),
      { upstreams: [upstreamKey(1, { protocol: 'responses' }), upstreamKey(2)] },
    )
    const answer = await gateway.ask({ model: 'm', ...chat.question('m', false) })
    expect(answer.json().choices[0].message.content).toBe('Hello')
    const paths = gateway.transport.sent.map(({ url }) => new URL(url).pathname)
    expect(paths.toSorted()).toEqual(['/v1/chat/completions', '/v1/responses'])
  })
})

test('a key that accepts no loss gets a 400 that names it, without any header', async () => {
  const gateway = await gatewayWith({ protocol: 'responses' }, { strict: true })
  const question = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], seed: 3 }
  const answer = await gateway.ask(question)
  expect([answer.status, answer.json().error.param]).toEqual([400, 'seed'])
  expect(gateway.transport.sent).toEqual([])
})
