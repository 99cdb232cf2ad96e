/** Every endpoint over an Azure upstream: the plain client sees what the Azure client sees without the gateway. */
import { afterAll, describe, expect, test } from 'bun:test'
import OpenAI, { AzureOpenAI } from 'openai-7'
import { chatChunks, chatCompletion, USAGE } from '../support/mock/mock-replies.ts'
import { jsonReply, type Step, sseReply } from '../support/mock/mock-upstream.ts'
import { assemble } from './assemble.ts'
import { startRig } from './rig.ts'

const VERSION = '2025-04-01-preview'
const MODEL = 'gpt-4o'
const DEPLOYMENT = 'prod/4o+ours'
const PATH = '/openai/deployments/prod%2F4o%2Bours'

const rig = await startRig([
  {
    name: 'azure',
    provider: 'azure',
    deployments: { [MODEL]: DEPLOYMENT, 'text-embedding-3-small': 'embed' },
    apiVersion: VERSION,
  },
  { name: 'fine-tuned', provider: 'azure', models: ['ft-*'] },
  // As AZURE_API_VERSION has it by default.
  { name: 'dated', provider: 'azure', models: ['dated-*'], apiVersion: '2024-10-21' },
])
afterAll(() => rig.close())
const { mock, gateway } = rig
const options = { apiKey: 'direct', endpoint: new URL(mock.url).origin, maxRetries: 0 }
const direct = new AzureOpenAI({ ...options, apiVersion: VERSION, deployment: DEPLOYMENT })
const through = new OpenAI({
  apiKey: gateway.proxyKey,
  baseURL: gateway.baseUrl,
  maxRetries: 0,
})

const messages = [{ role: 'user', content: 'Say hello' }]
/** What Azure sends before the first chunk: its filters' verdict on the prompt, and no choice. */
const verdict = JSON.stringify({
  id: '',
  object: '',
  created: 0,
  model: '',
  choices: [],
  prompt_filter_results: [
    { prompt_index: 0, content_filter_results: { hate: { filtered: false } } },
  ],
})
const completion = {
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1,
  model: MODEL,
  choices: [{ index: 0, text: 'hello', finish_reason: 'stop', logprobs: null }],
  usage: USAGE,
}
const textChunk = JSON.stringify({ ...completion, usage: null })
const embedding = {
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding: [0.25, -0.5] }],
  model: 'text-embedding-3-small',
  usage: { prompt_tokens: 4, total_tokens: 4 },
}

type Kind = 'chat' | 'completions' | 'embeddings'
const CALLS: [string, Kind, Record<string, unknown>, Step[]][] = [
  ['a chat', 'chat', { messages }, jsonReply(200, chatCompletion('hello'))],
  [
    'a streamed chat',
    'chat',
    { messages, stream: true, stream_options: { include_usage: true } },
    sseReply([verdict, ...chatChunks('hello there', { usage: true })]),
  ],
  ['a completion', 'completions', { prompt: 'Say' }, jsonReply(200, completion)],
  ['a streamed completion', 'completions', { prompt: 'Say', stream: true }, sseReply([textChunk])],
]

describe('an Azure upstream answers', () => {
  test.each(CALLS)('%s as it does directly', async (_, kind, body, steps) => {
    mock.script(() => steps)
    const expected = await assemble(direct, kind, { ...body, model: MODEL })
    expect(await assemble(through, kind, { ...body, model: MODEL })).toStrictEqual(expected)
    const sent = mock.ledger.at(-1)
    const endpoint = kind === 'chat' ? 'chat/completions' : kind
    expect(sent?.path).toBe(`${PATH}/${endpoint}?api-version=${VERSION}`)
    expectAzureKey()
    expect(JSON.parse(sent?.body ?? '')).toMatchObject({ ...body, model: DEPLOYMENT })
  })

  test('an embedding, from the deployment of its own model', async () => {
    mock.script(() => jsonReply(200, embedding))
    const body = { model: 'text-embedding-3-small', input: 'hello' }
    expect(await assemble(through, 'embeddings', body)).toMatchObject(embedding)
    const sent = mock.ledger.at(-1)
    expect(sent?.path).toBe(`/openai/deployments/embed/embeddings?api-version=${VERSION}`)
    expectAzureKey()
  })
})

/** In its own header, and nowhere else; the client's key is never passed on. */
function expectAzureKey(): void {
  const sent = mock.ledger.at(-1)
  expect(sent?.headers['api-key']).toStartWith('sk-upstream-')
  expect(sent?.headers.authorization).toBeUndefined()
  expect(sent?.rawHead).not.toContain(gateway.proxyKey)
}

test('usage is requested in streams from Azure, hidden from the client, and recorded', async () => {
  mock.script(() => sseReply([verdict, ...chatChunks('hello', { usage: true })]))
  const response = await gateway.chat({ model: MODEL, messages, stream: true })
  const text = await response.text()
  expect(text).toContain('prompt_filter_results')
  expect(text).not.toContain('total_tokens')
  expect(JSON.parse(mock.ledger.at(-1)?.body ?? '')).toMatchObject({
    stream_options: { include_usage: true },
  })
  const row = await gateway.usageRow(response.headers.get('x-request-id') ?? '')
  expect(row).toMatchObject({ provider: 'azure', model: MODEL, upstream_model: DEPLOYMENT })
  expect(row).toMatchObject({ total_tokens: USAGE.total_tokens, estimated: 0 })
})

const responseTo = (id: string, model: string) => ({
  id,
  object: 'response',
  created_at: 1,
  status: 'completed',
  model,
  output: [
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'hello', annotations: [] }],
    },
  ],
  usage: { input_tokens: 3, output_tokens: 2, total_tokens: 5 },
})

test.each([
  ['without an API version', 'ft-ours', 'ft-ours', '/openai/v1/responses', ''],
  ['with one that has none', 'dated-ours', 'dated-ours', '/openai/v1/responses', ''],
  ['with a preview', MODEL, DEPLOYMENT, '/openai/responses', `?api-version=${VERSION}`],
])('a response is made, read and deleted %s', async (_, model, deployment, path, query) => {
  const id = `resp_${model}`
  mock.script(() => jsonReply(200, responseTo(id, deployment)))
  const made = await through.responses.create({ model, input: 'Say hello' })
  expect(made.output_text).toBe('hello')
  expect(mock.ledger.at(-1)?.path).toBe(`${path}${query}`)
  expect(JSON.parse(mock.ledger.at(-1)?.body ?? '')).toMatchObject({ model: deployment })
  expectAzureKey()
  expect((await through.responses.retrieve(id)).id).toBe(id)
  expect(mock.ledger.at(-1)?.path).toBe(`${path}/${id}${query}`)
  mock.script(() => jsonReply(200, { id, object: 'response', deleted: true }))
  await through.responses.delete(id)
  expect(mock.ledger.at(-1)).toMatchObject({ method: 'DELETE', path: `${path}/${id}${query}` })
  expectAzureKey()
})
