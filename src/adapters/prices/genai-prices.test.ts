/** Published prices, found by provider and model name. */
import { expect, test } from 'bun:test'
import { createPriceCatalogue } from './genai-prices.ts'

const NOON = Date.UTC(2026, 10, 23, 12)
const openai = { vendor: 'openai', baseUrl: 'https://api.openai.com/v1' }
const compatible = (baseUrl: string | null) => ({ vendor: null, baseUrl })

const catalogue = createPriceCatalogue()

test("has no prices until it is loaded, and doesn't load on its own", async () => {
  expect(createPriceCatalogue().ratesOf(openai, 'gpt-4o', NOON)).toBeNull()
  await catalogue.load()
})

test('a model has rates of its own for what was cached', () => {
  expect(catalogue.ratesOf(openai, 'gpt-4o', NOON)).toEqual({
    input: 2.5,
    output: 10,
    cached: 1.25,
    reasoning: null,
    audioInput: null,
    audioOutput: null,
  })
})

test('audio has its own rates on both sides', () => {
  expect(catalogue.ratesOf(openai, 'gpt-realtime', NOON)).toMatchObject({
    input: 4,
    audioInput: 32,
    audioOutput: 64,
  })
})

test('a dated name is the model it is a version of', () => {
  const dated = catalogue.ratesOf(openai, 'gpt-4o-2024-11-20', NOON)
  expect(dated).toEqual(catalogue.ratesOf(openai, 'gpt-4o', NOON))
  expect(catalogue.ratesOf(openai, 'gpt-4o-mini-2024-07-18', NOON)).toMatchObject({ input: 0.15 })
})

test('Azure has its own list, with its own spelling', () => {
  const azure = { vendor: 'azure', baseUrl: 'https://eu.openai.azure.com' }
  expect(catalogue.ratesOf(azure, 'gpt-35-turbo', NOON)).toMatchObject({ input: 0.5, output: 1.5 })
})

test('a compatible upstream is known by its address', () => {
  const groq = compatible('https://api.groq.com/openai/v1')
  expect(catalogue.ratesOf(groq, 'llama-3.3-70b-versatile', NOON)).not.toBeNull()
})

test("at an unknown address a vendor's model has its price, an open-weight one has none", () => {
  const relay = compatible('http://127.0.0.1:4000/v1')
  expect(catalogue.ratesOf(relay, 'gpt-4o', NOON)).toMatchObject({ input: 2.5 })
  expect(catalogue.ratesOf(compatible(null), 'claude-sonnet-4-20250514', NOON)).not.toBeNull()
  for (const model of ['gpt-oss-120b', 'llama3', 'mistral-large-latest', 'qwen3'])
    expect(catalogue.ratesOf(relay, model, NOON)).toBeNull()
})

test('an unknown model, and one that is not paid by the token, have no rates', () => {
  expect(catalogue.ratesOf(openai, 'my-model', NOON)).toBeNull()
  expect(catalogue.ratesOf(openai, 'demo/echo', NOON)).toBeNull()
  expect(catalogue.ratesOf(openai, 'whisper-1', NOON)).toBeNull()
})

test('a price that depends on the hour is that of the request', () => {
  const deepseek = compatible('https://api.deepseek.com/v1')
  const rateAt = (hour: number) =>
    catalogue.ratesOf(deepseek, 'deepseek-chat', Date.UTC(2026, 10, 23, hour))?.input
  expect(rateAt(12)).not.toBe(rateAt(20))
  expect(rateAt(12)).toBe(rateAt(13))
})

test('a published model has its name, owner, window and rates', () => {
  expect(createPriceCatalogue().publishedOf(openai, 'gpt-4o', NOON)).toBeNull()
  expect(catalogue.publishedOf(openai, 'gpt-4o-2024-11-20', NOON)).toMatchObject({
    owner: 'openai',
    contextWindow: 128_000,
    rates: { input: 2.5, output: 10 },
  })
  const deepseek = compatible('https://api.deepseek.com')
  expect(catalogue.publishedOf(deepseek, 'deepseek-chat', NOON)?.owner).toBe('deepseek')
  expect(catalogue.publishedOf(compatible(null), 'house-model', NOON)).toBeNull()
})
