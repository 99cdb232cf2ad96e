/** The AI SDK, with both of its providers that speak this API. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, embed, generateText, type LanguageModel, streamText } from 'ai'
import { chatChunks, chatCompletion, jsonReply, sseReply } from '../support/mock/mock-upstream.ts'
import { CHAT_MODEL, EMBEDDING_MODEL, embeddingReply, startClientRig } from './client-rig.ts'
import type { Rig } from './rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startClientRig()
})
afterAll(() => rig.close())

interface Access {
  baseURL: string
  apiKey: string
}

const PROVIDERS: readonly (readonly [string, (access: Access, model: string) => LanguageModel])[] =
  [
    [
      '@ai-sdk/openai-compatible',
      (access, model) =>
        createOpenAICompatible({ name: 'gateway', includeUsage: true, ...access })(model),
    ],
    ['@ai-sdk/openai', (access, model) => createOpenAI(access).chat(model)],
  ]

for (const [name, modelOf] of PROVIDERS) {
  describe(name, () => {
    const through = (model = CHAT_MODEL, apiKey = rig.gateway.proxyKey) =>
      modelOf({ baseURL: rig.gateway.baseUrl, apiKey }, model)
    const direct = () => modelOf({ baseURL: rig.mock.url, apiKey: 'direct' }, CHAT_MODEL)

    test('generates the text and usage that it generates directly', async () => {
      const reply = chatCompletion('Hello from upstream')
      rig.mock.script(() => jsonReply(200, reply))
      const expected = await generateText({ model: direct(), prompt: 'Say hello' })
      const { text, usage, finishReason } = await generateText({
        model: through(),
        prompt: 'Say hello',
      })
      expect(text).toBe('Hello from upstream')
      expect({ text, usage, finishReason }).toEqual({
        text: expected.text,
        usage: expected.usage,
        finishReason: expected.finishReason,
      })
    })

    test('streams the same text parts and usage that it streams directly', async () => {
      const chunks = chatChunks('Hello, how are you?', { usage: true })
      rig.mock.script(() => sseReply(chunks))
      const expected = await streamed(direct())
      const seen = await streamed(through())
      expect(seen.parts.join('')).toBe('Hello, how are you?')
      expect(seen).toEqual(expected)
    })

    test('an unknown model and a wrong key are API call errors that are not retried', async () => {
      const unknown = await callError(
        generateText({ model: through('no-such-model'), prompt: 'Say hello' }),
      )
      expect([unknown.statusCode, unknown.isRetryable]).toEqual([404, false])
      const refused = await callError(
        generateText({ model: through(CHAT_MODEL, 'sk-proxy-nobody'), prompt: 'Say hello' }),
      )
      expect([refused.statusCode, refused.isRetryable]).toEqual([401, false])
    })
  })
}

test('the AI SDK embeds a text', async () => {
  rig.mock.script(({ body }) =>
    jsonReply(
      200,
      embeddingReply((JSON.parse(body) as { encoding_format?: string }).encoding_format),
    ),
  )
  const provider = createOpenAI({ baseURL: rig.gateway.baseUrl, apiKey: rig.gateway.proxyKey })
  const { embedding } = await embed({ model: provider.embedding(EMBEDDING_MODEL), value: 'Hello' })
  expect(embedding).toEqual([0.5, -0.25, 0.125])
})

async function streamed(model: LanguageModel) {
  const result = streamText({ model, prompt: 'Say hello' })
  const parts = await Array.fromAsync(result.textStream)
  return { parts, usage: await result.usage, finishReason: await result.finishReason }
}

/** Each package may bring a copy of the class, so `instanceof` can't tell; the marker on it can. */
async function callError(work: Promise<unknown>): Promise<APICallError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!APICallError.isInstance(error)) throw new Error(`no APICallError: ${String(error)}`)
  return error
}
