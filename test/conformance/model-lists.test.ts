/** The models of several vendors as one list, through each official client, whole and in pages. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai-7'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { waitFor } from '../support/waiting.ts'

const NOWHERE = 'http://127.0.0.1:9'
const OPENAI = ['gpt-5.1', 'text-embedding-3-small']
const CLAUDE = ['claude-opus-4-8', 'claude-haiku-4-5']
const GEMINI = ['gemini-3-pro-preview', 'gemini-2.5-flash']
const ALL = [...OPENAI, ...CLAUDE, ...GEMINI]

let gateway: Gateway
/** May use two models only. */
let restricted: string

beforeAll(async () => {
  gateway = await startGateway({
    upstreams: [
      { provider: 'openai', baseUrl: `${NOWHERE}/v1`, models: OPENAI },
      { provider: 'anthropic', baseUrl: NOWHERE, models: CLAUDE },
      { provider: 'gemini', baseUrl: NOWHERE, models: GEMINI },
    ],
  })
  const made = await gateway.cli([
    ...['key', 'create', 'default', '--name', 'two', '--json'],
    ...['--model', 'gpt-5.1', '--model', 'claude-opus*'],
  ])
  restricted = JSON.parse(made.stdout).key
  const authorization = `Bearer ${restricted}`
  const list = () => fetch(`${gateway.baseUrl}/models`, { headers: { authorization } })
  await waitFor('the key to be known', async () => (await list()).ok)
})
afterAll(() => gateway.stop())

const openai = (apiKey: string) => new OpenAI({ baseURL: gateway.baseUrl, apiKey })
const anthropic = (apiKey: string) => new Anthropic({ baseURL: gateway.origin, apiKey })
const google = (apiKey: string) =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: gateway.origin } })

async function idsThrough(apiKey: string) {
  const [chat, messages, gemini]: [string[], string[], string[]] = [[], [], []]
  for await (const { id } of openai(apiKey).models.list()) chat.push(id)
  for await (const { id } of anthropic(apiKey).models.list({ limit: 2 })) messages.push(id)
  const pages = await google(apiKey).models.list({ config: { pageSize: 2 } })
  for await (const { name } of pages) gemini.push(name?.replace('models/', '') ?? '')
  return { chat, messages, gemini }
}

test('each client reads all of them, page by page where its vendor has pages', async () => {
  const { chat, messages, gemini } = await idsThrough(gateway.proxyKey)
  expect(chat.toSorted()).toEqual(ALL.toSorted())
  expect([messages, gemini]).toEqual([chat, chat])
})

test('a key that is restricted to some models sees these alone, in every form', async () => {
  const two = ['claude-opus-4-8', 'gpt-5.1']
  const { chat, messages, gemini } = await idsThrough(restricted)
  for (const ids of [chat, messages, gemini]) expect(ids.toSorted()).toEqual(two)
})

describe('one model by its name', () => {
  test('has owner, window, modalities and price in OpenAI’s form', async () => {
    expect(await openai(gateway.proxyKey).models.retrieve('claude-opus-4-8')).toMatchObject({
      id: 'claude-opus-4-8',
      object: 'model',
      owned_by: 'anthropic',
      context_window: expect.any(Number),
      input_modalities: ['text', 'image', 'file'],
      pricing: { prompt: expect.stringMatching(/^0\.0000/) },
    } as never)
  })

  test('has them in Anthropic’s form', async () => {
    expect(await anthropic(gateway.proxyKey).models.retrieve('gpt-5.1')).toMatchObject({
      type: 'model',
      id: 'gpt-5.1',
      max_input_tokens: expect.any(Number),
      max_tokens: 128_000,
      owned_by: 'openai',
      input_modalities: ['text', 'image', 'file'],
      pricing: { prompt: expect.any(String) },
    } as never)
  })

  test('has its limits and methods in Google’s form', async () => {
    const client = google(gateway.proxyKey)
    expect(await client.models.get({ model: 'gpt-5.1' })).toMatchObject({
      name: 'models/gpt-5.1',
      inputTokenLimit: expect.any(Number),
      outputTokenLimit: 128_000,
      supportedActions: expect.arrayContaining(['generateContent']),
    })
    expect(await client.models.get({ model: 'text-embedding-3-small' })).toMatchObject({
      supportedActions: ['embedContent'],
    })
  })

  test('is a 403 for a key that may not use it, and a 404 if there is none', async () => {
    const statuses = async (apiKey: string, model: string) => {
      const asked = [
        openai(apiKey).models.retrieve(model),
        anthropic(apiKey).models.retrieve(model),
        google(apiKey).models.get({ model }),
      ]
      const settled = await Promise.allSettled(asked)
      return settled.map((each) => (each.status === 'rejected' ? each.reason.status : 200))
    }
    expect(await statuses(restricted, 'gemini-2.5-flash')).toEqual([403, 403, 403])
    expect(await statuses(gateway.proxyKey, 'nothing-of-this-name')).toEqual([404, 404, 404])
  })
})
