/** With no upstream key at all, the demo models answer every client, and say that they are a demo. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { ChatOpenAI } from '@langchain/openai'
import { generateText } from 'ai'
import { type Gateway, startGateway } from '../support/gateway.ts'
import { errorOf } from './assemble.ts'
import { QUESTION } from './client-rig.ts'
import { MAJORS } from './official/official-client.ts'

let gateway: Gateway
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.stop())

const ECHO = { model: 'demo/echo', messages: QUESTION }

for (const [name, Official] of MAJORS) {
  describe(`${name} without any upstream`, () => {
    const client = () =>
      new Official({ apiKey: gateway.proxyKey, baseURL: gateway.baseUrl, maxRetries: 0, fetch })

    test('gets an echo, marked as a demo', async () => {
      const { data, response } = await client().chat.completions.create(ECHO).withResponse()
      expect(data.choices[0]?.message.content).toContain('Say hello')
      expect(data.usage?.total_tokens).toBeGreaterThan(0)
      expect(response.headers.get('x-gpt-proxy-demo')).toBe('true')
    })

    test('gets the echo as a stream of several chunks, with usage at its end', async () => {
      const stream = await client().chat.completions.create({
        ...ECHO,
        stream: true,
        stream_options: { include_usage: true },
      })
      const chunks = await Array.fromAsync(stream)
      const pieces = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '')
      expect(pieces.join('')).toContain('Say hello')
      expect(pieces.filter((piece) => piece !== '').length).toBeGreaterThan(3)
      expect(chunks.at(-1)?.usage?.completion_tokens).toBeGreaterThan(0)
    })

    test('gets a completion and embeddings', async () => {
      const { choices } = await client().completions.create({
        model: 'demo/echo',
        prompt: 'Say hello',
      })
      expect(choices[0]?.text).toContain('Say hello')
      const { data } = await client().embeddings.create({ model: 'demo/echo', input: 'Say hello' })
      const asNumbers = await client().embeddings.create({
        model: 'demo/echo',
        input: 'Say hello',
        encoding_format: 'float',
      })
      const vector = Array.from(asNumbers.data[0]?.embedding ?? [])
      expect(vector.length).toBeGreaterThan(1)
      expect(Array.from(data[0]?.embedding ?? [])).toEqual(Array.from(new Float32Array(vector)))
    })

    test('lists the demo models, and reports a failure as its own error class', async () => {
      const models = await Array.fromAsync(client().models.list())
      expect(models.map(({ id }) => id)).toContain('demo/echo')
      const error = await errorOf(
        client().chat.completions.create({ ...ECHO, model: 'demo/429' }),
        Official.RateLimitError,
      )
      expect(error.code).toBe('rate_limit_exceeded')
    })
  })
}

test('the AI SDK gets an echo without any upstream', async () => {
  const provider = createOpenAICompatible({
    name: 'gateway',
    baseURL: gateway.baseUrl,
    apiKey: gateway.proxyKey,
  })
  const { text } = await generateText({ model: provider('demo/echo'), prompt: 'Say hello' })
  expect(text).toContain('Say hello')
})

test('LangChain gets an echo without any upstream', async () => {
  const chat = new ChatOpenAI({
    model: 'demo/echo',
    apiKey: gateway.proxyKey,
    configuration: { baseURL: gateway.baseUrl },
  })
  expect((await chat.invoke('Say hello')).text).toContain('Say hello')
})

test.each([
  ['demo/429', 429],
  ['demo/503', 503],
])('the error of %s is marked as a demo, too', async (model, status) => {
  const response = await gateway.chat({ ...ECHO, model })
  expect(response.status).toBe(status)
  expect(response.headers.get('x-gpt-proxy-demo')).toBe('true')
  expect(response.headers.get('x-gpt-proxy-upstream')).toBe('demo')
})
