/** LangChain's chat model and embeddings through the gateway. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai'
import { chatChunks, chatCompletion, jsonReply, sseReply } from '../support/mock/mock-upstream.ts'
import { CHAT_MODEL, EMBEDDING_MODEL, embeddingReply, startClientRig } from './client-rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startClientRig()
})
afterAll(() => rig.close())

function chat(baseURL: string, apiKey: string, model = CHAT_MODEL): ChatOpenAI {
  return new ChatOpenAI({ model, apiKey, maxRetries: 0, configuration: { baseURL } })
}

const through = (model?: string) => chat(rig.gateway.baseUrl, rig.gateway.proxyKey, model)
const direct = () => chat(rig.mock.url, 'direct')

test('LangChain gets the same text and usage as without the gateway', async () => {
  const reply = chatCompletion('Hello from upstream')
  rig.mock.script(() => jsonReply(200, reply))
  const expected = await direct().invoke('Say hello')
  const seen = await through().invoke('Say hello')
  expect(seen.text).toBe('Hello from upstream')
  expect(seen.usage_metadata).toBeDefined()
  expect(seen.toJSON()).toEqual(expected.toJSON())
})

test('LangChain streams the chunks that it streams directly, usage included', async () => {
  const chunks = chatChunks('Hello, how are you?', { usage: true })
  rig.mock.script(() => sseReply(chunks))
  const expected = await Array.fromAsync(await direct().stream('Say hello'))
  const seen = await Array.fromAsync(await through().stream('Say hello'))
  expect(seen.map(({ text }) => text).join('')).toBe('Hello, how are you?')
  expect(seen.some(({ usage_metadata }) => usage_metadata !== undefined)).toBe(true)
  expect(seen.map((chunk) => chunk.toJSON())).toEqual(expected.map((chunk) => chunk.toJSON()))
})

test('LangChain reports an unknown model with its status', async () => {
  await expect(through('no-such-model').invoke('Say hello')).rejects.toMatchObject({ status: 404 })
})

test('LangChain embeds a text', async () => {
  rig.mock.script(({ body }) =>
    jsonReply(
      200,
      embeddingReply((JSON.parse(body) as { encoding_format?: string }).encoding_format),
    ),
  )
  const configuration = { baseURL: rig.gateway.baseUrl }
  const embeddings = new OpenAIEmbeddings({
    model: EMBEDDING_MODEL,
    apiKey: rig.gateway.proxyKey,
    configuration,
  })
  expect(await embeddings.embedQuery('Hello')).toEqual([0.5, -0.25, 0.125])
})
