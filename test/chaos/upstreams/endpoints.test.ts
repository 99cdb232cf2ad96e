/** The breaker of a model at a key: one endpoint that fails leaves the others in service. */
import { afterAll, describe, expect, test } from 'bun:test'
import {
  chatCompletion,
  type Exchange,
  jsonReply,
  type Script,
} from '../../support/mock/mock-upstream.ts'
import { modelState, since, startRig } from '../rig.ts'

const FAILURES = 8
const CALLS = {
  embeddings: { input: 'hello' },
  completions: { prompt: 'hello' },
  responses: { input: 'hello' },
  moderations: { input: 'hello' },
  'images/generations': { prompt: 'a cat' },
  'audio/speech': { input: 'hello', voice: 'alloy' },
} as const
type Call = keyof typeof CALLS
const ENDPOINTS = Object.keys(CALLS) as Call[]

const rig = await startRig({
  upstreams: ({ url }) =>
    [...ENDPOINTS, 'missing', 'files', 'conversations'].map((name) => ({
      name: modelFor(name),
      key: `sk-chaos-${modelFor(name)}-h7Kq2Zt9Wv4`,
      baseUrl: `${url}/${modelFor(name)}/v1`,
      provider: name === 'files' || name === 'responses' ? 'openai' : 'compatible',
      models: [modelFor(name)],
    })),
  env: { CIRCUIT_BREAKER_THRESHOLD: '5', CIRCUIT_BREAKER_COOLDOWN_SECONDS: '60' },
})
afterAll(() => rig.close(), 20_000)
const { gateway, mock } = rig

/** Its upstream key has the same name. */
function modelFor(name: string): string {
  return `${name.replace('/', '-')}-model`
}

const answering: Script = ({ path }) =>
  path.endsWith('/embeddings')
    ? jsonReply(200, { object: 'list', data: [{ index: 0, embedding: [0.5] }], model: 'm' })
    : jsonReply(200, chatCompletion('hello'))

function failing(at: (exchange: Exchange) => boolean, status: number): void {
  const error = { message: 'broken here', code: null }
  mock.script((exchange) => (at(exchange) ? jsonReply(status, { error }) : answering(exchange)))
}

const post = async (path: string, body: object) => {
  const response = await fetch(`${gateway.baseUrl}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.proxyKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  await response.arrayBuffer()
  return response.status
}
const chat = (model: string) =>
  post('chat/completions', { model, messages: [{ role: 'user', content: 'hello' }] })

describe('an endpoint that fails with 500 opens its own breaker alone', () => {
  test.each(ENDPOINTS)('%s', async (endpoint) => {
    const model = modelFor(endpoint)
    failing(({ path }) => path.endsWith(`/v1/${endpoint}`), 500)
    for (let request = 0; request < FAILURES; request++)
      expect(await post(endpoint, { model, ...CALLS[endpoint] })).toBeGreaterThanOrEqual(500)
    const from = mock.ledger.length
    expect(await post(endpoint, { model, ...CALLS[endpoint] })).toBe(503)
    expect(since(mock, from)).toHaveLength(0)
    expect(await chat(model)).toBe(200)
    expect((await modelState(rig, model, `${model} (${endpoint})`)).status).toBe('cooldown')
  })
})

test('conversations that fail leave the embeddings of the same model in service', async () => {
  const model = modelFor('conversations')
  failing(({ path }) => path.endsWith('/chat/completions'), 502)
  for (let request = 0; request < FAILURES; request++) expect(await chat(model)).not.toBe(200)
  expect((await modelState(rig, model, model)).status).toBe('cooldown')
  expect(await post('embeddings', { model, input: 'hello' })).toBe(200)
  // Another format of the client is the same endpoint of the upstream.
  const from = mock.ledger.length
  const question = [{ role: 'user', content: 'hello' }]
  expect(await post('messages', { model, messages: question, max_tokens: 9 })).toBe(529)
  expect(since(mock, from)).toHaveLength(0)
})

test('a model that an endpoint does not know is not missing at the others', async () => {
  const model = modelFor('missing')
  failing(({ path }) => path.endsWith('/embeddings'), 404)
  expect(await post('embeddings', { model, input: 'hello' })).toBe(404)
  expect((await modelState(rig, model, `${model} (embeddings)`)).status).toBe('missing')
  expect(await chat(model)).toBe(200)
})

test('files that fail leave the list of models and conversations in service', async () => {
  failing(({ path }) => path.endsWith('/files'), 500)
  const authorization = `Bearer ${gateway.proxyKey}`
  const list = async () => {
    const response = await fetch(`${gateway.baseUrl}/v1/files`, { headers: { authorization } })
    await response.arrayBuffer()
    return response.status
  }
  for (let request = 0; request < FAILURES; request++) await list()
  expect((await modelState(rig, modelFor('files'), 'files')).status).toBe('cooldown')
  expect(await chat(modelFor('files'))).toBe(200)
})
